package dev.resnet.pictures;

import dev.resnet.memory.MemoryBudget;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Limits for decoding images.
 *
 * @param maxPixels width times height of an image, checked before it is decoded
 * @param maxPixelsAtOnce pixels that are decoded at the same time, over all requests, without
 *     images of the network's size; further images wait. Limits the CPU time for large images
 * @param maxDecodeMemory bytes for decoding images at the same time, over all requests; 0 means a
 *     quarter of the maximum heap
 * @param maxWait how long an image waits for pixels or memory before the request gets 503
 */
@ConfigurationProperties("resnet.pictures")
@Validated
public record PictureSettings(
    @DefaultValue("16777216") @Min(1024) @Max(1 << 30) int maxPixels,
    @DefaultValue("33554432") @Min(1024) @Max(1 << 30) int maxPixelsAtOnce,
    @DefaultValue("0B") DataSize maxDecodeMemory,
    @DefaultValue("10s") Duration maxWait) {

  @AssertTrue(message = "max-pixels-at-once must be at least max-pixels")
  public boolean isPixelsReachable() {
    return maxPixelsAtOnce >= maxPixels;
  }

  @AssertTrue(message = "max-decode-memory must be at least 1MB, or 0 for a quarter of the heap")
  public boolean isMemoryInRange() {
    return maxDecodeMemory.toBytes() == 0 || maxDecodeMemory.toBytes() >= 1 << 20;
  }

  @AssertTrue(message = "max-wait must not be negative")
  public boolean isWaitInRange() {
    return !maxWait.isNegative();
  }

  MemoryBudget decodeBudget() {
    return new MemoryBudget(
        MemoryBudget.orPartOfHeap(maxDecodeMemory, 4),
        maxWait,
        "resnet.pictures.max-decode-memory",
        "the images that are being decoded");
  }
}
