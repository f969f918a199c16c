package dev.resnet.training;

import dev.resnet.pictures.Normalization;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;

/** The result of a training run that did not fail. */
public sealed interface TrainingResult {

  /**
   * The training is over: all epochs are done, or early stopping ended it.
   *
   * @param checkpoint of the epoch that is kept: the trained network
   * @param history one entry per epoch, including those before a resume
   */
  record Completed(
      CheckpointFile checkpoint,
      List<EpochMetrics> history,
      List<String> classes,
      Normalization normalization,
      String dataSha256)
      implements TrainingResult {

    /** The metrics of the epoch that is kept. */
    public EpochMetrics kept() {
      return history.get(checkpoint.epoch() - 1);
    }

    /** The metrics of the last epoch. */
    public EpochMetrics latest() {
      return history.get(history.size() - 1);
    }
  }

  /** The stop signal was set; the run can resume from the newest checkpoint. */
  record Stopped(int completedEpochs) implements TrainingResult {}
}
