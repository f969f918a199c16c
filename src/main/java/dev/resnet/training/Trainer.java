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
 * The training loop: epochs of steps, with evaluation and a checkpoint after each epoch.
 *
 * <p>Interruptions do not change the result: randomness is a function of seed, epoch and position,
 * and a checkpoint holds everything else. A resumed run is bit-identical to an uninterrupted one.
 */
public final class Trainer {
  private final Clock clock;

  /** Used only to measure durations and to decide when to report progress. */
  private final LongSupplier nanoTime;

  public Trainer(Clock clock) {
    this(clock, System::nanoTime);
  }

  Trainer(Clock clock, LongSupplier nanoTime) {
    this.clock = clock;
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
    try (var run =
        TrainingRun.prepare(config, data, checkpoints, start, resumable, clock, nanoTime)) {
      listener.started(run.engine(), run.completedEpochs());
      while (!run.ended()) {
        if (!run.trainEpoch(listener, stop) || !run.evaluate(stop)) {
          return new TrainingResult.Stopped(run.completedEpochs());
        }
        CheckpointFile checkpoint = run.checkpoint();
        listener.epochCompleted(run.latest(), checkpoint);
      }
      return run.result();
    } catch (IOException e) {
      throw new TrainingFailedException(
          "A checkpoint could not be written or read: " + e.getMessage(), e);
    }
  }
}
