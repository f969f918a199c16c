package dev.resnet.models;

import dev.resnet.models.upload.ZipLimits;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Limits for uploaded versions.
 *
 * @param maxSize largest body; a larger one is answered with 413. Also the most that its zip may
 *     hold once it is decompressed
 * @param minRate bytes a second, averaged over half a minute; a slower upload is ended with 408
 * @param maxEntries most entries of the zip
 * @param maxStackN largest network; 200 is one of depth 1202
 * @param maxCardSize largest part {@code card}; a larger one is answered with 413
 * @param maxDescriptionLength most characters of the card's description
 */
@Validated
@ConfigurationProperties("resnet.models.upload")
public record UploadProperties(
    @NotNull @DefaultValue("256MB") DataSize maxSize,
    @NotNull @DefaultValue("8KB") DataSize minRate,
    @Min(1) @Max(100_000) @DefaultValue("32") int maxEntries,
    @Min(1) @Max(10_000) @DefaultValue("200") int maxStackN,
    @NotNull @DefaultValue("256KB") DataSize maxCardSize,
    @Min(0) @Max(100_000) @DefaultValue("2000") int maxDescriptionLength) {
  public static final String MAX_SIZE = "resnet.models.upload.max-size";
  public static final String MAX_CARD_SIZE = "resnet.models.upload.max-card-size";
  public static final String MAX_DESCRIPTION_LENGTH = "resnet.models.upload.max-description-length";
  public static final String MIN_RATE = "resnet.models.upload.min-rate";

  @AssertTrue(message = "max-size must be from 1KB to 2GB, and min-rate must not be negative")
  public boolean isInRange() {
    return maxSize.toBytes() >= 1024 && maxSize.toBytes() <= 2L << 30 && !minRate.isNegative();
  }

  /** A card is read into memory. */
  @AssertTrue(message = "max-card-size must be from 1KB to 16MB")
  public boolean isCardInRange() {
    return maxCardSize.toBytes() >= 1024 && maxCardSize.toBytes() <= 16 << 20;
  }

  ZipLimits zip() {
    return new ZipLimits(maxEntries, maxSize, maxStackN);
  }
}
