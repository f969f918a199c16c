package dev.resnet.serving;

import dev.resnet.engine.Precision;
import dev.resnet.memory.MemoryBudget;
import dev.resnet.pictures.ImageShape;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings and limits for serving.
 *
 * @param defaultModel answers {@code POST /api/v1/classify}: a model's name, or {@code name@alias};
 *     null for the version that was promoted last of all
 * @param precision of inference; {@code auto} is the fastest one on this CPU
 * @param maxLoadedMemory bytes for the weights and workspaces of the model versions in memory;
 *     beyond that, the least recently used version is unloaded. One version may take more
 * @param maxBodySize bytes of a classification request's body, of any content type
 * @param maxImageSize bytes of one image file, after base64 decoding
 * @param maxImages images in one request
 * @param maxPicturesMemory bytes for images that are being classified at the same time, over all
 *     requests, and as much again for tensors that were received; 0 means a sixteenth of the
 *     maximum heap for each
 * @param memoryWait how long a request waits for that memory before it gets 503
 * @param concurrency requests that are computed at the same time, separately for small and for
 *     large ones; 0 means two for each processor
 * @param maxWaiting requests that may wait to be computed, again for each; a further one gets 429
 * @param maxWait how long a request waits to be computed before it gets 429
 * @param trainingShare of the time in which no image is computed while a training runs in the same
 *     process
 */
@ConfigurationProperties("resnet.serving")
@Validated
public record ServingProperties(
    @Nullable String defaultModel,
    @NotNull @DefaultValue("auto") Precision precision,
    @NotNull @DefaultValue("256MB") DataSize maxLoadedMemory,
    @DefaultValue("32MB") DataSize maxBodySize,
    @DefaultValue("10MB") DataSize maxImageSize,
    @DefaultValue("256") @Min(1) @Max(100_000) int maxImages,
    @DefaultValue("0B") DataSize maxPicturesMemory,
    @DefaultValue("10s") Duration memoryWait,
    @DefaultValue("0") @Min(0) @Max(10_000) int concurrency,
    @DefaultValue("80") @Min(0) @Max(100_000) int maxWaiting,
    @DefaultValue("10s") Duration maxWait,
    @DefaultValue("0.5") @DecimalMin("0") @DecimalMax("0.95") double trainingShare) {
  static final String MAX_WAITING = "resnet.serving.max-waiting";
  static final String MAX_PICTURES_MEMORY = "resnet.serving.max-pictures-memory";
  static final String MAX_WAIT = "resnet.serving.max-wait";

  /** Two requests for each processor: while one is answered, the next one is computed. */
  public int computing() {
    return concurrency > 0 ? concurrency : 2 * Runtime.getRuntime().availableProcessors();
  }

  /**
   * Bytes that one image takes while it is being classified: pixels, floats and probabilities. 16
   * kB for 32×32.
   */
  public static long pictureBytes(ImageShape shape) {
    return 16L * shape.pixels();
  }

  @AssertTrue(message = "default-model must be a model's name, or name@alias")
  public boolean isDefaultModelValid() {
    try {
      answeringByDefault();
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Null if none is set. */
  @Nullable DefaultModel answeringByDefault() {
    return defaultModel == null || defaultModel.isBlank()
        ? null
        : DefaultModel.of(defaultModel.strip());
  }

  /** A body is read into one array, hence the upper limit. */
  @AssertTrue(message = "max-body-size and max-image-size must be from 1KB to 1GB")
  public boolean isSizesInRange() {
    return inRange(maxBodySize) && inRange(maxImageSize);
  }

  @AssertTrue(
      message = "max-pictures-memory must be at least 1MB, or 0 for a sixteenth of the heap")
  public boolean isMemoryInRange() {
    return maxPicturesMemory.toBytes() == 0 || maxPicturesMemory.toBytes() >= 1 << 20;
  }

  @AssertTrue(message = "max-loaded-memory must be at least 1MB")
  public boolean isLoadedMemoryInRange() {
    return maxLoadedMemory.toBytes() >= 1 << 20;
  }

  @AssertTrue(message = "memory-wait must not be negative")
  public boolean isWaitInRange() {
    return !memoryWait.isNegative();
  }

  @AssertTrue(message = "max-wait must be from 1ms to 10m")
  public boolean isMaxWaitInRange() {
    return maxWait.toMillis() >= 1 && maxWait.compareTo(Duration.ofMinutes(10)) <= 0;
  }

  /** A sixteenth of the heap each, unless it is set. */
  PicturesMemory picturesMemory() {
    DataSize each = MemoryBudget.orPartOfHeap(maxPicturesMemory, 16);
    return new PicturesMemory(
        MemoryBudget.withPartForSmall(
            each, memoryWait, MAX_PICTURES_MEMORY, "the tensors that wait to be classified"),
        new MemoryBudget(
            each, memoryWait, MAX_PICTURES_MEMORY, "the images that are being classified"));
  }

  private static boolean inRange(DataSize size) {
    return size.toBytes() >= 1024 && size.toBytes() <= 1 << 30;
  }
}
