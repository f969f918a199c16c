package dev.resnet.serving;

import dev.resnet.engine.Precision;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings and limits of serving.
 *
 * @param precision of the networks that classify; {@code auto} is what this processor is fastest in
 * @param maxLoadedModels model versions kept in memory; the least recently used one gives way
 * @param maxBodySize bytes of a classification request's body, whatever its kind
 * @param maxImageSize bytes of one image file, after base64
 * @param maxImages images in one request
 * @param maxPixels width times height of a picture, looked at before it is decoded
 * @param maxPixelsAtOnce pixels of pictures other than 32×32 being decoded at one moment, over all
 *     requests; further ones wait. Bounds the memory that photographs take: 3 to 8 bytes a pixel
 */
@ConfigurationProperties("resnet.serving")
@Validated
public record ServingProperties(
    @NotNull @DefaultValue("auto") Precision precision,
    @DefaultValue("4") @Min(1) int maxLoadedModels,
    @DefaultValue("32MB") DataSize maxBodySize,
    @DefaultValue("10MB") DataSize maxImageSize,
    @DefaultValue("256") @Min(1) @Max(100_000) int maxImages,
    @DefaultValue("16777216") @Min(1024) @Max(1 << 30) int maxPixels,
    @DefaultValue("33554432") @Min(1024) @Max(1 << 30) int maxPixelsAtOnce) {

  /** Bodies are read into one array. */
  @AssertTrue(message = "max-body-size and max-image-size must be from 1KB to 1GB")
  public boolean isSizesInRange() {
    return inRange(maxBodySize) && inRange(maxImageSize);
  }

  @AssertTrue(
      message = "max-pixels-at-once must be at least max-pixels, or no such picture could be read")
  public boolean isPixelsReachable() {
    return maxPixelsAtOnce >= maxPixels;
  }

  private static boolean inRange(DataSize size) {
    return size.toBytes() >= 1024 && size.toBytes() <= 1 << 30;
  }
}
