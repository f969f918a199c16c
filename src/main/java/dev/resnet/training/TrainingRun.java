package dev.resnet.training;

import dev.resnet.data.CounterRandom;
import dev.resnet.data.Dataset;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.NotFinite;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import dev.resnet.training.checkpoint.TrainingState;
import dev.resnet.training.checkpoint.UnusableCheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/** A training run in progress; {@link Trainer} drives it step by step. */
final class TrainingRun implements AutoCloseable {
  private final TrainingConfig config;
  private final Dataset data;
  private final ComputationGraph graph;
  private final TrainingSetup setup;
  private final TrainingEngine engine;
  private final Checkpoints folder;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final int iterationsPerEpoch;
  private final List<EpochMetrics> history = new ArrayList<>();
  private final List<CheckpointFile> checkpoints = new ArrayList<>();

  private long epochStarted;
  private double imagesPerSecond;
  private Tally trained = Tally.NONE;

  private TrainingRun(
      TrainingConfig config,
      Dataset data,
      ComputationGraph graph,
      @Nullable TrainingState resumed,
      Checkpoints folder,
      Clock clock,
      LongSupplier nanoTime) {
    this.config = config;
    this.data = data;
    this.graph = graph;
    this.folder = folder;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.setup = TrainingSetup.of(config, data, graph, resumed);
    this.engine = setup.engine();
    this.iterationsPerEpoch = setup.iterationsPerEpoch();
  }

  /**
   * Starts from the newest valid checkpoint; if there are no checkpoints, from the starting weights
   * or the seed.
   *
   * @param start file with the starting weights; null if {@code config} has none
   * @throws TrainingFailedException if none of the checkpoints or the starting weights can be used
   */
  static TrainingRun prepare(
      TrainingConfig config,
      Dataset data,
      Path folder,
      @Nullable Path start,
      List<CheckpointFile> resumable,
      Clock clock,
      LongSupplier nanoTime)
      throws IOException {
    var checkpoints = new Checkpoints(folder);
    var restored = newestValid(resumable, data);
    if (restored == null) {
      var spec = new ResNetSpec(config.stackN(), data.classes().size(), data.shape());
      var graph = spec.initialise(config.seed(), config.momentum());
      if (config.startFrom() != null) {
        Path file = Objects.requireNonNull(start, "the file with the starting weights");
        StartingWeights.copy(config.startFrom(), file, graph, data.classes());
      }
      return new TrainingRun(config, data, graph, null, checkpoints, clock, nanoTime);
    }
    var run =
        new TrainingRun(
            config, data, restored.graph(), restored.state(), checkpoints, clock, nanoTime);
    run.history.addAll(history(restored.state()));
    resumable.stream()
        .filter(file -> file.epoch() <= restored.file().epoch())
        .forEach(run.checkpoints::add);
    return run;
  }

  private static List<EpochMetrics> history(TrainingState state) {
    var validation =
        state.validation().stream()
            .collect(Collectors.toMap(TrainingState.Validation::epoch, Function.identity()));
    return state.history().stream()
        .map(epoch -> EpochMetrics.of(epoch, validation.get(epoch.epoch())))
        .toList();
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

  EngineDescription engine() {
    return engine.description();
  }

  int completedEpochs() {
    return history.size();
  }

  /** Whether no further epoch is trained. */
  boolean ended() {
    return EpochChoice.ended(config, history);
  }

  EpochMetrics latest() {
    return history.get(history.size() - 1);
  }

  /** Runs all steps of the next epoch; false if stopped. */
  boolean trainEpoch(TrainingListener listener, StopSignal stop) {
    epochStarted = nanoTime.getAsLong();
    engine.takeTally(); // discard the tally of a stopped epoch
    int epoch = completedEpochs();
    int[] images = setup.trainImages();
    int[] order = CounterRandom.permutation(images.length, config.seed(), epoch);
    Arrays.setAll(order, i -> images[order[i]]);
    var meter = new ProgressMeter(config, epoch, iterationsPerEpoch, listener, nanoTime);
    Batches batches = setup.batches();
    boolean all =
        batches.run(
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
                return false;
              }
              batch.train(learningRate(epoch, iteration));
              if (meter.isDue(iteration)) {
                meter.report(iteration, finite(engine.tally(), iteration));
              }
              return true;
            });
    trained = engine.takeTally();
    imagesPerSecond = trained.images() / (Math.max(1, nanoTime.getAsLong() - epochStarted) * 1e-9);
    return all;
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
    engine.writeBack();
    NotFinite.in(graph)
        .ifPresent(
            what -> {
              throw diverged(what, last);
            });
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
            imagesPerSecond,
            clock.instant(),
            validated.images() == 0
                ? null
                : new EpochMetrics.Validation(validated.meanCrossEntropy(), validated.accuracy())));
    return true;
  }

  /** Writes a checkpoint of the current state. */
  CheckpointFile checkpoint() throws IOException {
    var description = engine.description();
    var state =
        new TrainingState(
            TrainingState.FORMAT,
            completedEpochs(),
            (long) completedEpochs() * iterationsPerEpoch,
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
    CheckpointFile file = folder.write(graph, state, latest().testAccuracy());
    checkpoints.removeIf(older -> older.epoch() == file.epoch());
    checkpoints.add(file);
    return file;
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
    return checkpoints.stream()
        .filter(file -> file.epoch() == epoch)
        .findFirst()
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
