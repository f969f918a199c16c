package dev.resnet.training;

import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import dev.resnet.training.checkpoint.PartialEpoch;
import dev.resnet.training.checkpoint.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/** The checkpoints of a training run: which there are, and whether it is time for the next. */
final class RunCheckpoints {
  private final Checkpoints folder;
  private final CheckpointPolicy policy;
  private final LongSupplier nanoTime;
  private final List<CheckpointFile> files;

  /** The end of the last write, or the start of the run. */
  private long since;

  /** How long the last write took; null before the first of this run. */
  private @Nullable Long lastTook;

  /**
   * @param existing checkpoints from before this run, up to the state that it starts from
   */
  RunCheckpoints(
      Path folder, CheckpointPolicy policy, LongSupplier nanoTime, List<CheckpointFile> existing) {
    this.folder = new Checkpoints(folder);
    this.policy = policy;
    this.nanoTime = nanoTime;
    this.files = new ArrayList<>(existing);
    this.since = nanoTime.getAsLong();
  }

  /** Whether the last checkpoint is too long ago. */
  boolean intervalIsOver() {
    return nanoTime.getAsLong() - since >= policy.interval().toNanos();
  }

  /**
   * Whether a checkpoint at the end of an epoch keeps within its share of the time. The first epoch
   * of a run always gets one: so each run advances the job, and knows how long a write takes.
   */
  boolean shareAllowsOne() {
    Long took = lastTook;
    return took == null
        || policy.share() == 1
        || nanoTime.getAsLong() - since >= took / policy.share();
  }

  /** Writes one; see {@link Checkpoints#write}. */
  CheckpointFile write(
      ComputationGraph graph,
      TrainingState state,
      @Nullable PartialEpoch partial,
      double testAccuracy)
      throws IOException {
    long started = nanoTime.getAsLong();
    CheckpointFile file = folder.write(graph, state, partial, testAccuracy);
    since = nanoTime.getAsLong();
    lastTook = since - started;
    files.removeIf(older -> CheckpointFile.BY_POSITION.compare(older, file) == 0);
    files.add(file);
    return file;
  }

  /** The checkpoint at this position. */
  Optional<CheckpointFile> at(int epoch, int step) {
    return files.stream().filter(file -> file.epoch() == epoch && file.step() == step).findFirst();
  }
}
