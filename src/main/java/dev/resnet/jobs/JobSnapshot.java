package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import org.jspecify.annotations.Nullable;

/**
 * A job with what its epochs tell.
 *
 * @param latest the last completed epoch; null before the first
 * @param best the epoch with the highest test accuracy, the earlier one of equals; null before the
 *     first
 */
public record JobSnapshot(
    TrainingJob job, @Nullable EpochMetrics latest, @Nullable EpochMetrics best) {}
