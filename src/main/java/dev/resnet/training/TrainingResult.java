package dev.resnet.training;

import dev.resnet.pictures.Normalization;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;

/** The result of a training run that did not fail. */
public sealed interface TrainingResult {

  /**
   * All epochs are done.
   *
   * @param checkpoint of the last epoch: the trained network
   * @param history one entry per epoch, including those before a resume
   */
  record Completed(
      CheckpointFile checkpoint,
      List<EpochMetrics> history,
      List<String> classes,
      Normalization normalization,
      String dataSha256)
      implements TrainingResult {}

  /** The stop signal was set; the run can resume from the newest checkpoint. */
  record Stopped(int completedEpochs) implements TrainingResult {}
}
