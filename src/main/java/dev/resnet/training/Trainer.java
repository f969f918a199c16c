package dev.resnet.training;

import dev.resnet.data.Dataset;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The training loop: epochs of steps, each epoch measured and kept.
 *
 * <p>Nothing here depends on when or how often it was interrupted: randomness is a function of
 * seed, epoch and position, and a checkpoint holds the rest. A resumed training ends with the very
 * bits of an undisturbed one.
 */
public final class Trainer {
  private final Clock clock;

  /** Measures spans; decides when progress is reported, and nothing else. */
  private final LongSupplier nanoTime;

  public Trainer(Clock clock) {
    this(clock, System::nanoTime);
  }

  Trainer(Clock clock, LongSupplier nanoTime) {
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /**
   * Trains to the end, or until stopped.
   *
   * @param dataset the whole set; the limits of {@code config} are applied here
   * @param checkpoints the folder to write to
   * @param resumable checkpoints of this training that may be gone on from, in any order: the
   *     newest valid one is taken
   * @throws TrainingDivergedException where anything is not finite; no checkpoint of that epoch is
   *     written
   * @throws TrainingFailedException with an {@link IOException} as its cause where a checkpoint
   *     can't be written or read, which may pass; without one where none of {@code resumable} can
   *     be used, though all are there
   * @throws dev.resnet.engine.EngineUnavailableException where the requested engine can't run
   */
  public TrainingResult train(
      TrainingConfig config,
      Dataset dataset,
      Path checkpoints,
      List<CheckpointFile> resumable,
      TrainingListener listener,
      StopSignal stop) {
    Dataset data = dataset.limited(config.trainLimit(), config.testLimit(), config.seed());
    try (var run = TrainingRun.prepare(config, data, checkpoints, resumable, clock, nanoTime)) {
      listener.started(run.engine(), run.completedEpochs());
      while (run.completedEpochs() < config.epochs()) {
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
