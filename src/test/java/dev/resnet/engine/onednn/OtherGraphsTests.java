package dev.resnet.engine.onednn;

import static dev.resnet.engine.SmallGraphs.build;
import static dev.resnet.engine.SmallGraphs.convolution;
import static dev.resnet.engine.SmallGraphs.output;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.OtherGraphsContract;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.network.ResNetSpec;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** Also what a process with many steps and engines costs. */
class OtherGraphsTests extends OtherGraphsContract {
  OtherGraphsTests() {
    super(EngineName.ONEDNN);
  }

  @Test
  void autoSaysWhyItFallsBack() {
    try (var engine = engine(EngineName.AUTO, withAnUnsupportedLayer())) {
      assertThat(engine.description().engine()).isEqualTo(EngineName.DL4J);
      assertThat(engine.description().reason()).contains("lrn");
    }
  }

  @Test
  void aThousandStepsTakeNoMoreMemoryThanAHundred() throws Exception {
    ComputationGraph graph =
        build(
            g ->
                g.addLayer("conv", convolution(3, 2, 16, Activation.IDENTITY), "input")
                    .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv")
                    .addLayer("output", output(), "pool"));
    Minibatch batch = batch(ImageLayout.NHWC);
    try (var engine = engine(EngineName.ONEDNN, graph)) {
      steps(engine, batch, 100);
      long before = residentKilobytes();
      steps(engine, batch, 1000);

      // What the garbage collector does in the meantime is within this; a leak of one block a step
      // is not.
      assertThat(residentKilobytes() - before).isLessThan(40_000);
    }
  }

  @Test
  void aStepLeavesNextToNothingForTheGarbageCollector() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    Minibatch batch = batch(ImageLayout.NHWC);
    try (var engine = engine(EngineName.ONEDNN, graph)) {
      steps(engine, batch, 20);
      long before = threads.getCurrentThreadAllocatedBytes();
      steps(engine, batch, 50);

      assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 50).isLessThan(2_000);
    }
  }

  @Test
  void engineAfterEngineGivesItsMemoryBack() throws Exception {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    Minibatch batch = batch(ImageLayout.NHWC);
    long before = 0;
    for (int i = 0; i < 25; i++) {
      try (var engine = engine(EngineName.ONEDNN, graph)) {
        engine.step(batch, 0.01);
        engine.evaluate(batch);
      }
      before = i == 4 ? residentKilobytes() : before;
    }

    // One engine at this size has about 8 MB.
    assertThat(residentKilobytes() - before).isLessThan(60_000);
  }

  private static void steps(TrainingEngine engine, Minibatch batch, int count) {
    for (int i = 0; i < count; i++) {
      engine.step(batch, 0.01);
    }
    assertThat(engine.takeTally().images()).isEqualTo((long) count * BATCH);
  }

  private static long residentKilobytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
