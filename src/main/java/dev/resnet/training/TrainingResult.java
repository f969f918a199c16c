package dev.resnet.training;

import dev.resnet.pictures.Normalization;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;

/** How a training ended that did not fail. */
public sealed interface TrainingResult {

  /**
   * All epochs are done.
   *
   * @param checkpoint of the last epoch: the trained network
   * @param history one entry an epoch, resumed ones included
   */
  record Completed(
      CheckpointFile checkpoint,
      List<EpochMetrics> history,
      List<String> classes,
      Normalization normalization,
      String dataSha256)
      implements TrainingResult {}

  /** The stop signal was seen; the newest checkpoint is where it goes on. */
  record Stopped(int completedEpochs) implements TrainingResult {}
}
