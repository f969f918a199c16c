package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import org.jspecify.annotations.Nullable;

/**
 * A job with its latest and best epoch.
 *
 * @param latest the latest completed epoch; null if there is none
 * @param best the epoch with the highest test accuracy, the earlier one if two are equal; null if
 *     there is none
 */
public record JobSnapshot(
    TrainingJob job, @Nullable EpochMetrics latest, @Nullable EpochMetrics best) {}
