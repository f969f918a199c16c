package dev.resnet.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Natives;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.Precision;
import dev.resnet.engine.SmallGraphs;
import dev.resnet.pictures.ImageShape;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A GPU that fails while an engine uses it. */
@Tag("gpu-emulator")
@Tag("emulator-only")
class CudaLostDeviceTests {
  private final ComputationGraph graph = SmallGraphs.oneOfEachLayer();
  private final long open = Natives.open();

  @AfterEach
  void recover() {
    EmulatorSwitch.recover();
    LostDevice.forget();
  }

  @Test
  void aTrainingSaysSoAndClosesWithoutAnError() {
    Minibatch batch = NoiseBatches.batch(ImageLayout.NHWC, 2, 1);
    var engine =
        Engines.training(EngineName.CUDA, Precision.FLOAT32, graph, ImageShape.CIFAR, 2, 0);
    try {
      engine.step(batch, 0.01);
      engine.tally();
      try (var lost = new EmulatorSwitch("EMULATOR_LOSE_DEVICE_AFTER", "0")) {
        assertThatThrownBy(
                () -> {
                  engine.step(batch, 0.01);
                  engine.tally();
                })
            .isInstanceOfSatisfying(
                CudaException.class, e -> assertThat(e.isDeviceLost()).isTrue());
      }
      assertThatThrownBy(engine::writeBack).isInstanceOf(CudaException.class);
    } finally {
      engine.close();
    }
    assertThat(Natives.open()).isEqualTo(open);
    assertThat(LostDevice.reason()).isPresent();
  }

  @Test
  void aClassificationSaysSoAndClosesWithoutAnError() {
    var engine = Engines.inference(EngineName.CUDA, Precision.FLOAT32, graph, ImageShape.CIFAR);
    try {
      engine.probabilities(NoiseBatches.pixels(1, 1), 1);
      try (var lost = new EmulatorSwitch("EMULATOR_LOSE_DEVICE_AFTER", "0")) {
        assertThatThrownBy(() -> engine.probabilities(NoiseBatches.pixels(1, 1), 1))
            .isInstanceOfSatisfying(
                CudaException.class, e -> assertThat(e.isDeviceLost()).isTrue());
      }
    } finally {
      engine.close();
    }
    assertThat(Natives.open()).isEqualTo(open);
  }
}
