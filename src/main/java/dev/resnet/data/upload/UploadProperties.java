package dev.resnet.data.upload;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Limits for uploaded data sets.
 *
 * @param maxUploadSize largest archive; a larger one is answered with 413
 * @param minUploadRate bytes a second, averaged over half a minute; a slower upload is ended with
 *     408, because it occupies a thread and space on the volume
 * @param maxTotalSize room for all versions of all uploaded data sets and the archives that wait
 *     for their conversion; 0 means no limit
 * @param keepVersions versions of a data set that are kept, the current one counted; older ones are
 *     deleted once no job needs them
 */
@Validated
@ConfigurationProperties("resnet.datasets")
public record UploadProperties(
    @NotNull @DefaultValue("2GB") DataSize maxUploadSize,
    @NotNull @DefaultValue("8KB") DataSize minUploadRate,
    @NotNull @DefaultValue("20GB") DataSize maxTotalSize,
    @Min(1) @Max(1000) @DefaultValue("3") int keepVersions) {
  public static final String MAX_UPLOAD_SIZE = "resnet.datasets.max-upload-size";
  public static final String MIN_UPLOAD_RATE = "resnet.datasets.min-upload-rate";
  static final String MAX_TOTAL_SIZE = "resnet.datasets.max-total-size";

  public UploadProperties {
    if (maxUploadSize.toBytes() < 1) {
      throw new IllegalArgumentException(MAX_UPLOAD_SIZE + " must be at least 1B");
    }
    if (minUploadRate.isNegative()) {
      throw new IllegalArgumentException(MIN_UPLOAD_RATE + " must not be negative");
    }
    if (maxTotalSize.isNegative()) {
      throw new IllegalArgumentException(
          MAX_TOTAL_SIZE + " must be at least 1B, or 0 for no limit");
    }
  }
}
