package dev.resnet.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.engine.SmallGraphs;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import org.junit.jupiter.api.Test;

/** Which networks run on the fused kernels. */
class FusedPlanTests {
  private static final Gpu AMPERE = new Gpu(0, "a GPU", 86, 8L << 30, 20, 99 << 10);
  private static final Gpu TURING = new Gpu(0, "a GPU", 75, 8L << 30, 20, 64 << 10);

  @Test
  void aResNetInTrainingAndClassification() {
    var plan = new FusedPlan(FusedNetwork.of(training(3, 32)).orElseThrow());
    assertThat(plan.forward()).hasSize(21);
    assertThat(plan.backward()).hasSize(21);
    assertThat(plan.fits(AMPERE, 128)).isTrue();
    var graph = new ResNetSpec(3, 10).initialise(1, 0.9);
    assertThat(FusedNetwork.of(GraphCompiler.inference(graph, image(32)))).isPresent();
  }

  @Test
  void notOneThatTrainsOnlyItsOutputLayer() {
    var graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    assertThat(FusedNetwork.of(GraphCompiler.training(graph, image(32), true))).isEmpty();
  }

  @Test
  void notAnotherGraph() {
    assertThat(FusedNetwork.of(GraphCompiler.training(SmallGraphs.oneOfEachLayer(), image(32))))
        .isEmpty();
  }

  @Test
  void notWhereABlockNeedsMoreSharedMemoryThanThereIs() {
    var plan = new FusedPlan(FusedNetwork.of(training(1, 32)).orElseThrow());
    assertThat(plan.fits(TURING, 128)).isFalse();
  }

  /** The kernels count elements in 32 bits. */
  @Test
  void notWhereATensorHasMoreElementsThanAnIntCounts() {
    var plan = new FusedPlan(FusedNetwork.of(training(1, 96)).orElseThrow());
    assertThat(plan.fits(AMPERE, 14_563)).isTrue(); // 14,563 · 96 · 96 · 16 < 2^31
    assertThat(plan.fits(AMPERE, 14_564)).isFalse();
  }

  private static Program training(int stackN, int size) {
    var graph = new ResNetSpec(stackN, 10, new ImageShape(size)).initialise(1, 0.9);
    return GraphCompiler.training(graph, image(size));
  }

  private static Tensor image(int size) {
    return new Tensor("input", ImageShape.CHANNELS, size, size);
  }
}
