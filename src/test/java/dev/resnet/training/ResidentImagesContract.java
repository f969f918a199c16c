package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.CounterRandom;
import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import dev.resnet.engine.ResidentImages;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

/**
 * What an engine promises that makes its batches itself: one subclass for each engine and
 * precision. {@link HostBatchAssembler} is the oracle. Both ways feed the same values into the same
 * steps, so the results have the same bits.
 */
public abstract class ResidentImagesContract {
  private static final int BATCH = 8;
  private static final int STEPS = 3;
  private static final double RATE = 0.05;

  private final EngineName engine;
  private final Precision precision;
  private final ImageSet set = Noise.data(40, 1).train();
  private final Normalization normalization = set.normalization();

  protected ResidentImagesContract(EngineName engine, Precision precision) {
    this.engine = engine;
    this.precision = precision;
  }

  private record Outcome(
      FloatBuffer parameters, FloatBuffer optimiserState, Tally trained, List<Tally> evaluated) {}

  @Test
  void stepsAndEvaluationsAreThoseOfBatchesFromTheHost() {
    Outcome resident = resident(this::augmented);

    assertThat(resident).isEqualTo(fromHost(this::augmented));
    assertThat(resident.trained.images()).isEqualTo(STEPS * BATCH);
    assertThat(resident).isNotEqualTo(resident(this::plain));
  }

  /** Shifts by more than the image, and squares that lie outside it. */
  @Test
  void extremesOfAPlanAreThoseOfBatchesFromTheHost() {
    int[] far = {-40, -32, -31, -1, 0, 31, 32, 40};
    boolean[] flips = {true, false, true, false, true, false, true, false};
    var plan =
        new BatchPlan(
            IntStream.range(32, 40).toArray(),
            far,
            IntStream.of(far).map(shift -> -shift / 8).toArray(),
            flips,
            16,
            far,
            IntStream.of(far).map(shift -> shift / 2).toArray());

    assertThat(resident(step -> plan)).isEqualTo(fromHost(step -> plan));
  }

  @Test
  void aBatchOfAnotherSizeIsRefused() {
    try (var trainer = engine(graph());
        var images = keep(trainer)) {
      BatchPlan tooSmall = BatchPlans.unchanged(new int[BATCH], 0, BATCH - 1);
      assertThatThrownBy(() -> trainer.step(images, tooSmall, RATE))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Training and test images are on the device at the same time. */
  @Test
  void twoSetsDontMix() {
    ImageSet other = Noise.data(1, 24).test();
    try (var trainer = engine(graph());
        var first = keep(trainer);
        var second =
            trainer.keep(other.shape(), other.pixels(), other.labels(), normalization.table())) {
      assertThat(first.count()).isEqualTo(40);
      assertThat(second.count()).isEqualTo(24);
      BatchPlan plan = unchanged(20);
      Tally before = trainer.evaluate(first, plan);
      assertThat(trainer.evaluate(second, plan)).isNotEqualTo(before);
      assertThat(trainer.evaluate(first, plan)).isEqualTo(before);
    }
  }

  private BatchPlan augmented(int step) {
    return plan(step, new Augmentation(4, true, 11));
  }

  private BatchPlan plain(int step) {
    return plan(step, Augmentation.NONE);
  }

  private BatchPlan plan(int step, Augmentation augmentation) {
    int[] order = CounterRandom.permutation(set.count(), 3, 2);
    return BatchPlans.training(order, ImageShape.CIFAR, BATCH, step, augmentation, 3, 2);
  }

  private static BatchPlan unchanged(int count) {
    return BatchPlans.unchanged(IntStream.range(0, count).toArray(), 0, count);
  }

  private Outcome resident(IntFunction<BatchPlan> plans) {
    ComputationGraph graph = graph();
    try (var trainer = engine(graph);
        var images = keep(trainer)) {
      assertThat(trainer.assembles()).isTrue();
      for (int i = 0; i < STEPS; i++) {
        trainer.step(images, plans.apply(i), RATE);
      }
      List<Tally> evaluated = new ArrayList<>();
      for (int count : new int[] {1, BATCH, 20}) {
        evaluated.add(trainer.evaluate(images, unchanged(count)));
      }
      return outcome(graph, trainer, evaluated);
    }
  }

  private Outcome fromHost(IntFunction<BatchPlan> plans) {
    ComputationGraph graph = graph();
    try (var trainer = engine(graph)) {
      for (int i = 0; i < STEPS; i++) {
        try (Minibatch batch = assembled(plans.apply(i), trainer)) {
          trainer.step(batch, RATE);
        }
      }
      List<Tally> evaluated = new ArrayList<>();
      for (int count : new int[] {1, BATCH, 20}) {
        try (Minibatch batch = assembled(unchanged(count), trainer)) {
          evaluated.add(trainer.evaluate(batch));
        }
      }
      return outcome(graph, trainer, evaluated);
    }
  }

  private static Outcome outcome(
      ComputationGraph graph, TrainingEngine trainer, List<Tally> evaluated) {
    trainer.writeBack();
    return new Outcome(
        FloatBuffer.wrap(graph.params().data().asFloat()),
        FloatBuffer.wrap(graph.getUpdater().getStateViewArray().data().asFloat()),
        trainer.takeTally(),
        evaluated);
  }

  private Minibatch assembled(BatchPlan plan, TrainingEngine trainer) {
    Minibatch batch = BatchPipeline.allocate(trainer.inputLayout(), plan.size(), ImageShape.CIFAR);
    new HostBatchAssembler(set, normalization, trainer.inputLayout()).assemble(plan, batch);
    return batch;
  }

  private ResidentImages keep(TrainingEngine trainer) {
    return trainer.keep(set.shape(), set.pixels(), set.labels(), normalization.table());
  }

  private static ComputationGraph graph() {
    return new ResNetSpec(1, 10).initialise(3, 0.9);
  }

  private TrainingEngine engine(ComputationGraph graph) {
    return Engines.training(
        engine, precision, graph, ImageShape.CIFAR, BATCH, Objective.crossEntropy(1e-3));
  }
}
