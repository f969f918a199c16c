package dev.resnet.training;

import dev.resnet.data.Dataset;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: epochs of steps, with evaluation after each epoch and checkpoints by a {@link
 * CheckpointPolicy}.
 *
 * <p>Interruptions do not change the result: randomness is a function of seed, epoch and position,
 * and a checkpoint holds everything else. A resumed run is bit-identical to an uninterrupted one.
 */
public final class Trainer {
  private final Clock clock;
  private final CheckpointPolicy policy;

  /** Used only to measure durations and to decide when to report progress. */
  private final LongSupplier nanoTime;

  /** Writes a checkpoint after every epoch. */
  public Trainer(Clock clock) {
    this(clock, CheckpointPolicy.EVERY_EPOCH);
  }

  public Trainer(Clock clock, CheckpointPolicy policy) {
    this(clock, policy, System::nanoTime);
  }

  Trainer(Clock clock, CheckpointPolicy policy, LongSupplier nanoTime) {
    this.clock = clock;
    this.policy = policy;
    this.nanoTime = nanoTime;
  }

  /** Trains without starting weights. */
  public TrainingResult train(
      TrainingConfig config,
      Dataset dataset,
      Path checkpoints,
      List<CheckpointFile> resumable,
      TrainingListener listener,
      StopSignal stop) {
    return train(config, dataset, checkpoints, null, resumable, listener, stop);
  }

  /**
   * Trains until all epochs are done, early stopping ends the training, or the stop signal is set.
   *
   * @param dataset the whole set; the limits of {@code config} are applied here
   * @param checkpoints the folder for new checkpoints
   * @param start file with the weights of {@link TrainingConfig#startFrom()}; null if there are
   *     none
   * @param resumable checkpoints of this training run to resume from, in any order; the newest
   *     valid one is used
   * @throws TrainingDivergedException if any value is not finite; no checkpoint of that epoch is
   *     written
   * @throws TrainingFailedException with an {@link IOException} as its cause if a checkpoint can't
   *     be written or read, so that a retry may help; without one if all of {@code resumable} exist
   *     but none can be used
   * @throws dev.resnet.engine.EngineUnavailableException if the requested engine can't run
   */
  public TrainingResult train(
      TrainingConfig config,
      Dataset dataset,
      Path checkpoints,
      @Nullable Path start,
      List<CheckpointFile> resumable,
      TrainingListener listener,
      StopSignal stop) {
    Dataset data = dataset.limited(config.trainLimit(), config.testLimit(), config.seed());
    try {
      var from = StartingState.of(config, data, start, resumable);
      try (var run = new TrainingRun(config, data, from, checkpoints, policy, clock, nanoTime)) {
        return train(run, listener, stop);
      }
    } catch (IOException e) {
      throw new TrainingFailedException(
          "A checkpoint could not be written or read: " + e.getMessage(), e);
    }
  }

  private static TrainingResult train(TrainingRun run, TrainingListener listener, StopSignal stop)
      throws IOException {
    listener.started(run.engine(), run.completedEpochs(), run.completedSteps());
    while (!run.ended()) {
      if (!run.trainEpoch(listener, stop) || !run.evaluate(stop)) {
        if (stop.keepsState()) {
          run.checkpointWhereStopped().ifPresent(listener::checkpointed);
        }
        return new TrainingResult.Stopped(run.completedEpochs());
      }
      CheckpointFile checkpoint = run.checkpointAtEnd();
      listener.epochCompleted(run.latest(), checkpoint);
    }
    return run.result();
  }
}
