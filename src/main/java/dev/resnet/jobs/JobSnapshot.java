package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Keep;
import org.jspecify.annotations.Nullable;

/**
 * A job with its latest and best epoch.
 *
 * @param latest the latest completed epoch; null if there is none
 * @param best the best completed epoch, see {@link dev.resnet.training.EpochChoice#best}; null if
 *     there is none
 */
public record JobSnapshot(
    TrainingJob job, @Nullable EpochMetrics latest, @Nullable EpochMetrics best) {

  /** The epoch that became the model; null unless the job has succeeded. */
  public @Nullable EpochMetrics kept() {
    return job.status() == JobStatus.SUCCEEDED ? modelEpoch() : null;
  }

  /** The epoch that is the model, or would be if the job ended now; null if there is none yet. */
  public @Nullable EpochMetrics modelEpoch() {
    return job.config().keep() == Keep.BEST ? best : latest;
  }
}
