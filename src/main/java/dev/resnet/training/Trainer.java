package dev.resnet.training;

import dev.resnet.data.Dataset;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.nio.file.Path;
import java.util.List;

/** The training loop. */
public final class Trainer {

  /**
   * Trains to the end, or until stopped.
   *
   * @param dataset the whole set; the limits of {@code config} are applied here
   * @param checkpoints the folder to write to
   * @param resumable checkpoints of this training that may be gone on from, in any order: the
   *     newest valid one is taken
   * @throws TrainingFailedException where the loss is no number, or the requested engine cannot run
   */
  public TrainingResult train(
      TrainingConfig config,
      Dataset dataset,
      Path checkpoints,
      List<CheckpointFile> resumable,
      TrainingListener listener,
      StopSignal stop) {
    throw new TrainingFailedException("under construction");
  }
}
