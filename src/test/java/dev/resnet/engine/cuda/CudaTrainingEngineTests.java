package dev.resnet.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.Precision;
import dev.resnet.engine.ResidentImages;
import dev.resnet.engine.SmallGraphs;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.pictures.ImageShape;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

@Tag("gpu-emulator")
class CudaTrainingEngineTests {
  private static final int BATCH = 4;

  /** More than two rounds through the ring of plans. */
  private static final int STEPS = 70;

  @Test
  void aHostThatRunsAheadGetsTheBitsOfOneThatWaits() {
    FloatBuffer waiting = afterManySteps(true);
    try (var lazy = new EmulatorSwitch("EMULATOR_LAZY", "1")) {
      assertThat(afterManySteps(false)).isEqualTo(waiting);
    }
  }

  /** With other images, shifts and rates in each step, some of them from the host. */
  private static FloatBuffer afterManySteps(boolean wait) {
    ComputationGraph graph = small();
    try (var engine = engine(graph);
        var images = keep(engine)) {
      for (int i = 0; i < STEPS; i++) {
        if (i % 10 == 3) {
          engine.step(NoiseBatches.batch(ImageLayout.NHWC, BATCH, i), 0.001 * i);
        } else {
          engine.step(images, plan(i), 0.001 * i);
        }
        if (wait) {
          engine.tally();
        }
      }
      engine.writeBack();
      assertThat(engine.takeTally().images()).isEqualTo(STEPS * BATCH);
      assertThat(engine.tally().images()).isZero();
      assertThat(engine.tally().crossEntropy()).isZero();
    }
    return FloatBuffer.wrap(graph.params().data().asFloat());
  }

  /** As in a training run that is resumed within an epoch. */
  @Test
  void aTallyThatIsContinuedHasTheBitsOfOneThatWasNeverRead() {
    Tally whole;
    try (var engine = engine(small());
        var images = keep(engine)) {
      steps(engine, images, 0, 6);
      whole = engine.tally();
      assertThat(whole.images()).isEqualTo(6 * BATCH);
    }
    ComputationGraph graph = small();
    Tally saved;
    try (var engine = engine(graph);
        var images = keep(engine)) {
      steps(engine, images, 0, 3);
      saved = engine.tally();
      engine.writeBack();
    }
    try (var engine = engine(graph);
        var images = keep(engine)) {
      engine.resumeTally(saved);
      steps(engine, images, 3, 6);
      assertThat(engine.takeTally()).isEqualTo(whole);
      assertThat(engine.tally()).isEqualTo(Tally.NONE);
    }
  }

  private static void steps(TrainingEngine engine, ResidentImages images, int from, int to) {
    for (int i = from; i < to; i++) {
      engine.step(images, plan(i), 0.01);
    }
  }

  @Test
  void whatLiesOutsideIsRefusedBeforeAKernelReadsIt() {
    try (var engine = engine(small());
        var images = keep(engine)) {
      assertThatThrownBy(() -> engine.step(images, plan(new int[] {0, 1, 2, 10}, 0), 0.01))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("image 10 of 10");
      Minibatch batch = NoiseBatches.batch(ImageLayout.NHWC, BATCH, 1);
      assertThatThrownBy(
              () -> engine.step(new Minibatch(batch.images(), new int[] {0, 1, 10, 2}), 0.01))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("class 10 of 10");
      assertThatThrownBy(
              () ->
                  engine.keep(
                      ImageShape.CIFAR,
                      new byte[ImageShape.CIFAR.values()],
                      new short[] {-1},
                      new float[3][256]))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("class -1 of 10");
      engine.step(images, plan(0), 0.01);
      assertThat(engine.tally().images()).isEqualTo(BATCH);
    }
  }

  @Test
  void aStepLeavesNextToNothingForTheGarbageCollector() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    BatchPlan plan = plan(0);
    try (var engine = engine(small());
        var images = keep(engine)) {
      for (int i = 0; i < 20; i++) {
        engine.step(images, plan, 0.01);
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 50; i++) {
        engine.step(images, plan, 0.01);
      }
      assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 50).isLessThan(4_000);
    }
  }

  private static ComputationGraph small() {
    return SmallGraphs.build(
        graph ->
            graph
                .addLayer("conv", SmallGraphs.convolution(3, 4, 8, Activation.IDENTITY), "input")
                .addLayer("norm", SmallGraphs.norm(), "conv")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "norm")
                .addLayer("output", SmallGraphs.output(), "pool"));
  }

  private static TrainingEngine engine(ComputationGraph graph) {
    return Engines.training(
        EngineName.CUDA, Precision.FLOAT32, graph, ImageShape.CIFAR, BATCH, 1e-3);
  }

  private static ResidentImages keep(TrainingEngine engine) {
    var random = new Random(1);
    byte[] pixels = new byte[10 * ImageShape.CIFAR.values()];
    random.nextBytes(pixels);
    short[] labels = new short[10];
    float[][] table = new float[3][256];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (short) i;
    }
    for (float[] values : table) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
    }
    return engine.keep(ImageShape.CIFAR, pixels, labels, table);
  }

  private static BatchPlan plan(int step) {
    return plan(IntStream.range(step, step + BATCH).map(i -> i % 10).toArray(), step % 5 - 2);
  }

  private static BatchPlan plan(int[] images, int shift) {
    int[] shifts = {shift, 0, -shift, 1};
    boolean[] flips = {true, false, true, true};
    return new BatchPlan(images, shifts, shifts, flips, 5, shifts, shifts);
  }
}
