package dev.resnet.data;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/** Where the data sets come from, and how large the generated one is. */
@Validated
@ConfigurationProperties("resnet.datasets")
record DatasetSettings(
    @DefaultValue @Valid Cifar10 cifar10,
    @DefaultValue @Valid Download download,
    @DefaultValue @Valid Synthetic synthetic) {

  /**
   * CIFAR-10.
   *
   * @param uri a folder that holds the six .bin files (itself or in cifar-10-batches-bin), a
   *     .tar.gz archive of them, each as a path or a file: URI, or an http(s) address of such an
   *     archive. A folder or archive is read where it is, before the volume is looked at; an
   *     address takes the place of the official one. Unset: the volume, else the official address
   * @param md5 of a downloaded archive, 32 hex digits; empty means that it is not compared
   */
  record Cifar10(
      @Nullable String uri,
      @DefaultValue("c32a1d4ab5d03f1284b67883e8d87530")
          @NotNull
          @Pattern(regexp = "|[0-9a-fA-F]{32}", message = "must be 32 hex digits, or empty")
          String md5) {}

  /**
   * Downloads of data sets.
   *
   * @param connectTimeout until a connection stands
   * @param readTimeout until an answer begins, and between two pieces of it
   * @param attempts that may fail one after the other without getting further than before
   * @param firstWait before the second attempt; doubles with each attempt after that
   * @param longestWait between two attempts
   * @param maxSize of an archive
   */
  record Download(
      @DefaultValue("20s") @DurationMin(millis = 1) Duration connectTimeout,
      @DefaultValue("60s") @DurationMin(millis = 1) Duration readTimeout,
      @DefaultValue("8") @Min(1) @Max(1000) int attempts,
      @DefaultValue("1s") @DurationMin Duration firstWait,
      @DefaultValue("1m") @DurationMin Duration longestWait,
      @DefaultValue("400MB") @NotNull DataSize maxSize) {}

  /**
   * The generated set.
   *
   * @param train training images; 600,000 take 1.8 GB of heap
   * @param test test images
   * @param seed another seed draws other images
   */
  record Synthetic(
      @DefaultValue("5000") @Min(10) @Max(MOST_IMAGES) int train,
      @DefaultValue("1000") @Min(10) @Max(MOST_IMAGES) int test,
      @DefaultValue("1") long seed) {

    /** What one Java array holds, rounded down. */
    static final int MOST_IMAGES = 600_000;
  }
}
