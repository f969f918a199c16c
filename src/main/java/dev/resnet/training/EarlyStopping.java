package dev.resnet.training;

import java.util.List;

/**
 * Ends a training run once the validation loss no longer improves.
 *
 * @param patience epochs in a row without an improvement after which the training ends
 * @param minDelta an epoch improves if its loss is lower than that of the last improvement, and by
 *     at least this much, in nats
 */
public record EarlyStopping(int patience, double minDelta) {

  /** Whether the training ends after these epochs; a function of their metrics alone. */
  public boolean isDue(List<EpochMetrics> history) {
    return history.size() - lastImprovement(history) >= patience && !history.isEmpty();
  }

  /** Why a training ended early, as a sentence. */
  public String reason() {
    return minDelta > 0
        ? "The validation loss did not improve by at least %s in %d epochs in a row."
            .formatted(minDelta, patience)
        : "The validation loss did not improve in %d epochs in a row.".formatted(patience);
  }

  /** The last epoch that improved the loss, counted from 1; 0 if there is no epoch. */
  int lastImprovement(List<EpochMetrics> history) {
    int last = 0;
    double lowest = Double.POSITIVE_INFINITY;
    for (EpochMetrics epoch : history) {
      EpochMetrics.Validation validation = epoch.validation();
      if (validation != null
          && validation.loss() < lowest
          && validation.loss() <= lowest - minDelta) {
        lowest = validation.loss();
        last = epoch.epoch();
      }
    }
    return last;
  }
}
