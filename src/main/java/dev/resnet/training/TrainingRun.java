package dev.resnet.training;

import dev.resnet.data.CounterRandom;
import dev.resnet.data.Dataset;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.NotFinite;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.PartialEpoch;
import dev.resnet.training.checkpoint.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/** A training run in progress; {@link Trainer} drives it step by step. */
final class TrainingRun implements AutoCloseable {
  private final TrainingConfig config;
  private final Dataset data;
  private final ComputationGraph graph;
  private final TrainingSetup setup;
  private final TrainingEngine engine;
  private final RunCheckpoints checkpoints;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final int iterationsPerEpoch;
  private final List<EpochMetrics> history = new ArrayList<>();

  /** Completed steps of the epoch that is not completed yet, and their sums. */
  private int step;

  private Tally trained;

  /** Training time of these steps. */
  private long trainedNanos;

  /** When the epoch would have started without interruptions and without writing checkpoints. */
  private long epochStarted;

  /**
   * @param folder for new checkpoints
   */
  TrainingRun(
      TrainingConfig config,
      Dataset data,
      StartingState start,
      Path folder,
      CheckpointPolicy policy,
      Clock clock,
      LongSupplier nanoTime) {
    this.config = config;
    this.data = data;
    this.graph = start.graph();
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.setup = TrainingSetup.of(config, data, graph, start.resumed());
    this.engine = setup.engine();
    this.iterationsPerEpoch = setup.iterationsPerEpoch();
    this.history.addAll(start.history());
    this.step = start.step();
    this.trained = start.tally();
    this.trainedNanos = start.trainedNanos();
    this.checkpoints = new RunCheckpoints(folder, policy, nanoTime, start.checkpoints());
  }

  EngineDescription engine() {
    return engine.description();
  }

  int completedEpochs() {
    return history.size();
  }

  /** Completed steps of the epoch that is not completed yet. */
  int completedSteps() {
    return step;
  }

  /** Whether no further epoch is trained. */
  boolean ended() {
    return EpochChoice.ended(config, history);
  }

  EpochMetrics latest() {
    return history.get(history.size() - 1);
  }

  /**
   * Runs the steps that are left of the epoch, and writes checkpoints on the way; false if stopped.
   */
  boolean trainEpoch(TrainingListener listener, StopSignal stop) throws IOException {
    epochStarted = nanoTime.getAsLong() - trainedNanos;
    engine.resumeTally(trained);
    int epoch = completedEpochs();
    int[] images = setup.trainImages();
    int[] order = CounterRandom.permutation(images.length, config.seed(), epoch);
    Arrays.setAll(order, i -> images[order[i]]);
    var meter = new ProgressMeter(config, epoch, iterationsPerEpoch, step, listener, nanoTime);
    while (step < iterationsPerEpoch) {
      if (!trainUntilCheckpoint(order, meter, stop)) {
        return false;
      }
      if (checkpoints.intervalIsOver()) {
        listener.checkpointed(checkpointWithin());
      }
    }
    return true;
  }

  /** Runs steps until the epoch ends or a checkpoint is due; false if stopped. */
  private boolean trainUntilCheckpoint(int[] order, ProgressMeter meter, StopSignal stop) {
    int epoch = completedEpochs();
    var stopped = new AtomicBoolean();
    setup
        .batches()
        .run(
            step,
            iterationsPerEpoch,
            iteration ->
                BatchPlans.training(
                    order,
                    data.shape(),
                    config.batchSize(),
                    iteration,
                    config.augmentation(),
                    config.seed(),
                    epoch),
            (iteration, batch) -> {
              if (stop.stopRequested()) {
                stopped.set(true);
                return false;
              }
              batch.train(learningRate(epoch, iteration));
              step = iteration + 1;
              if (meter.isDue(iteration)) {
                meter.report(iteration, finite(engine.tally(), iteration));
              }
              return !checkpoints.intervalIsOver();
            });
    trained = engine.tally();
    trainedNanos = nanoTime.getAsLong() - epochStarted;
    return !stopped.get();
  }

  private double learningRate(int epoch, int iteration) {
    double position = epoch + (double) iteration / iterationsPerEpoch;
    return config.learningRate().at(position, config.epochs());
  }

  private Tally finite(Tally tally, int iteration) {
    requireFinite(tally.crossEntropy(), "the training loss", iteration);
    return tally;
  }

  private void requireFinite(double value, String what, int iteration) {
    if (!Double.isFinite(value)) {
      throw diverged(what, iteration);
    }
  }

  private TrainingDivergedException diverged(String what, int iteration) {
    int epoch = completedEpochs();
    return new TrainingDivergedException(
        what, epoch + 1, iteration + 1, iterationsPerEpoch, learningRate(epoch, iteration));
  }

  /**
   * Measures loss and accuracy on the validation and test images; false if stopped.
   *
   * @throws TrainingDivergedException if any value of the epoch is not finite; then no checkpoint
   *     may be written
   */
  boolean evaluate(StopSignal stop) {
    Tally validated = setup.validation().run(stop);
    Tally tested = validated == null ? null : setup.test().run(stop);
    if (tested == null) {
      return false;
    }
    int epoch = completedEpochs();
    int last = iterationsPerEpoch - 1;
    requireFiniteGraph();
    double l2Loss = engine.l2Loss();
    requireFinite(l2Loss, "the L2 loss", last);
    requireFinite(tested.crossEntropy(), "the test loss", last);
    requireFinite(validated.crossEntropy(), "the validation loss", last);
    history.add(
        new EpochMetrics(
            epoch + 1,
            learningRate(epoch, last),
            trained.meanCrossEntropy(),
            l2Loss,
            trained.accuracy(),
            tested.meanCrossEntropy(),
            tested.accuracy(),
            (nanoTime.getAsLong() - epochStarted) * 1e-9,
            trained.images() / (Math.max(1, trainedNanos) * 1e-9),
            clock.instant(),
            validated.images() == 0
                ? null
                : new EpochMetrics.Validation(validated.meanCrossEntropy(), validated.accuracy())));
    step = 0;
    trained = Tally.NONE;
    trainedNanos = 0;
    return true;
  }

  private void requireFiniteGraph() {
    engine.writeBack();
    NotFinite.in(graph)
        .ifPresent(
            what -> {
              throw diverged(what, step - 1);
            });
  }

  /**
   * Writes the checkpoint of the epoch that has just been completed: if the training needs it, or
   * if the last one is long enough ago.
   *
   * @return null if none is due
   */
  @Nullable CheckpointFile checkpointAtEnd() throws IOException {
    boolean isModel = EpochChoice.kept(config, history).epoch() == completedEpochs();
    boolean needed = ended() || config.keep() == Keep.BEST && isModel;
    boolean due = needed || checkpoints.shareAllowsOne() || checkpoints.intervalIsOver();
    return due ? write(null) : null;
  }

  /** Writes a checkpoint of the state in which the run stopped, unless there is one. */
  Optional<CheckpointFile> checkpointWhereStopped() throws IOException {
    boolean fresh = step == 0 && history.isEmpty();
    if (fresh || checkpoints.at(completedEpochs(), step).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(step == 0 ? write(null) : checkpointWithin());
  }

  private CheckpointFile checkpointWithin() throws IOException {
    finite(trained, step - 1);
    requireFiniteGraph();
    long started = nanoTime.getAsLong();
    CheckpointFile file = write(PartialEpoch.of(step, trained, trainedNanos * 1e-9));
    epochStarted += nanoTime.getAsLong() - started;
    return file;
  }

  private CheckpointFile write(@Nullable PartialEpoch partial) throws IOException {
    var description = engine.description();
    var state =
        new TrainingState(
            partial == null ? TrainingState.FORMAT : TrainingState.FORMAT_WITHIN_EPOCH,
            completedEpochs(),
            (long) completedEpochs() * iterationsPerEpoch + step,
            config.stackN(),
            config.seed(),
            data.name(),
            data.sha256(),
            data.classes(),
            setup.normalization().mean(),
            setup.normalization().standardDeviation(),
            description.engine().wireName(),
            description.precision().wireName(),
            history.stream().map(EpochMetrics::toState).toList(),
            history.stream().flatMap(EpochMetrics::validationState).toList());
    engine.writeBack();
    double testAccuracy = history.isEmpty() ? 0 : latest().testAccuracy();
    return checkpoints.write(graph, state, partial, testAccuracy);
  }

  TrainingResult.Completed result() {
    return new TrainingResult.Completed(
        checkpointOf(EpochChoice.kept(config, history).epoch()),
        List.copyOf(history),
        data.classes(),
        setup.normalization(),
        data.sha256());
  }

  private CheckpointFile checkpointOf(int epoch) {
    return checkpoints
        .at(epoch, 0)
        .orElseThrow(
            () ->
                new TrainingFailedException(
                    ("The model is epoch %d, but its checkpoint was not kept: another epoch was"
                            + " better until its own checkpoint was lost. Submit the job again.")
                        .formatted(epoch)));
  }

  @Override
  public void close() {
    setup.close();
  }
}
