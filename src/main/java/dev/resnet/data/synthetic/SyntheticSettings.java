package dev.resnet.data.synthetic;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The synthetic set.
 *
 * @param train number of training images; 600,000 take 1.8 GB of heap
 * @param test number of test images
 * @param seed another seed generates other images
 */
@Validated
@ConfigurationProperties("resnet.datasets.synthetic")
public record SyntheticSettings(
    @DefaultValue("5000") @Min(10) @Max(MOST_IMAGES) int train,
    @DefaultValue("1000") @Min(10) @Max(MOST_IMAGES) int test,
    @DefaultValue("1") long seed) {

  /** Most images that fit into one Java array, rounded down. */
  static final int MOST_IMAGES = 600_000;
}
