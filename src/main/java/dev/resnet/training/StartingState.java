package dev.resnet.training;

import dev.resnet.data.Dataset;
import dev.resnet.engine.Tally;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import dev.resnet.training.checkpoint.PartialEpoch;
import dev.resnet.training.checkpoint.TrainingState;
import dev.resnet.training.checkpoint.UnusableCheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * What a training run starts from.
 *
 * @param resumed the state in the checkpoint; null in a run from the beginning
 * @param partial the epoch that has begun; null at the end of an epoch
 * @param checkpoints those of this training up to this state
 */
record StartingState(
    ComputationGraph graph,
    @Nullable TrainingState resumed,
    @Nullable PartialEpoch partial,
    List<CheckpointFile> checkpoints) {

  /**
   * The newest valid checkpoint; if there are no checkpoints, the starting weights or the seed.
   *
   * @param start file with the starting weights; null if {@code config} has none
   * @throws TrainingFailedException if none of the checkpoints or the starting weights can be used
   */
  static StartingState of(
      TrainingConfig config, Dataset data, @Nullable Path start, List<CheckpointFile> resumable)
      throws IOException {
    var restored = newestValid(resumable, data);
    if (restored != null) {
      return new StartingState(
          restored.graph(),
          restored.state(),
          restored.partial(),
          resumable.stream().filter(file -> !file.isAfter(restored.file())).toList());
    }
    var spec = new ResNetSpec(config.stackN(), data.classes().size(), data.shape());
    var graph = spec.initialise(config.seed(), config.momentum());
    if (config.startFrom() != null) {
      Path file = Objects.requireNonNull(start, "the file with the starting weights");
      StartingWeights.copy(config.startFrom(), file, graph, data.classes());
    }
    return new StartingState(graph, null, null, List.of());
  }

  private static Checkpoints.@Nullable Restored newestValid(
      List<CheckpointFile> resumable, Dataset data) throws IOException {
    try {
      return Checkpoints.newestValid(resumable, data.sha256());
    } catch (UnusableCheckpointException e) {
      // Not passed as the cause: an I/O error as the cause means that a retry may help.
      throw new TrainingFailedException(
          e.getMessage()
              + " Nothing was deleted. Restore the files from a backup and resume the job. To train"
              + " from the beginning, delete the job and submit it again.");
    }
  }

  /** The completed epochs, in order. */
  List<EpochMetrics> history() {
    if (resumed == null) {
      return List.of();
    }
    var validation =
        resumed.validation().stream()
            .collect(Collectors.toMap(TrainingState.Validation::epoch, Function.identity()));
    return resumed.history().stream()
        .map(epoch -> EpochMetrics.of(epoch, validation.get(epoch.epoch())))
        .toList();
  }

  /** Completed steps of the next epoch. */
  int step() {
    return partial == null ? 0 : partial.steps();
  }

  /** The sums over these steps. */
  Tally tally() {
    return partial == null ? Tally.NONE : partial.tally();
  }

  /** Nanoseconds of training that these steps took. */
  long trainedNanos() {
    return partial == null ? 0 : (long) (partial.seconds() * 1e9);
  }
}
