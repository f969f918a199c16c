package dev.resnet.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Natives;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.PlantedFailures;
import dev.resnet.engine.Precision;
import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the engines take from the device, they give back. */
abstract class CudaMemoryContract {
  private static final int BATCH = 2;

  private final Precision precision;
  private final ComputationGraph graph;
  private final Minibatch batch = NoiseBatches.batch(ImageLayout.NHWC, BATCH, 1);
  private DeviceContext context;
  private long open;

  CudaMemoryContract(Precision precision, ComputationGraph graph) {
    this.precision = precision;
    this.graph = graph;
  }

  /** What a user of the engine may be doing when memory runs out. */
  enum Work {
    TRAINING {
      @Override
      void run(Precision precision, ComputationGraph graph, Minibatch batch) {
        try (var engine =
            Engines.training(EngineName.CUDA, precision, graph, ImageShape.CIFAR, BATCH, 0)) {
          engine.step(batch, 0.01);
          engine.step(batch, 0.01);
          engine.evaluate(batch);
          try (var images =
              engine.keep(
                  ImageShape.CIFAR,
                  new byte[ImageShape.CIFAR.values()],
                  new short[1],
                  new float[3][256])) {
            assertThat(images.count()).isEqualTo(1);
          }
        }
      }
    },
    CLASSIFICATION {
      @Override
      void run(Precision precision, ComputationGraph graph, Minibatch batch) {
        try (var engine = Engines.inference(EngineName.CUDA, precision, graph, ImageShape.CIFAR)) {
          engine.probabilities(NoiseBatches.pixels(3, 1), 3);
          engine.probabilities(NoiseBatches.pixels(3, 1), 3);
        }
      }
    };

    abstract void run(Precision precision, ComputationGraph graph, Minibatch batch);
  }

  /** The context stays while engines come and go, as in a service. */
  @BeforeEach
  void openContext() {
    context = DeviceContext.open(CudaPlatform.ofThisProcess().usable());
    for (Work work : Work.values()) {
      work.run(precision, graph, batch);
    }
    context.makeCurrent();
    open = Natives.open();
  }

  @AfterEach
  void nothingIsPlantedAnyMore() {
    Natives.before(null);
    context.close();
  }

  @ParameterizedTest
  @EnumSource
  void engineAfterEngineGivesTheDevicesMemoryBack(Work work) {
    long free = DeviceContext.freeBytes();
    for (int i = 0; i < 5; i++) {
      work.run(precision, graph, batch);
    }
    assertFree(free);
    assertThat(Natives.open()).isEqualTo(open);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLeftWhicheverAllocationFails(Work work) {
    PlantedFailures.leaveNothing(() -> work.run(precision, graph, batch));
  }

  @ParameterizedTest
  @EnumSource
  void aFullDeviceIsAClearErrorThatLeavesNothingBehind(Work work) {
    long free = DeviceContext.freeBytes();
    List<DeviceMemory> others = new ArrayList<>();
    try {
      for (long size = Long.highestOneBit(free); size >= 1 << 16; size /= 2) {
        fill(size, others);
      }
      long left = DeviceContext.freeBytes();
      assertThatThrownBy(() -> work.run(precision, graph, batch))
          .isInstanceOfSatisfying(
              CudaException.class,
              e -> {
                assertThat(e.isOutOfMemory()).isTrue();
                assertThat(e.isDeviceLost()).isFalse();
              })
          .hasMessageContaining("The GPU's memory is full");
      assertFree(left);
    } finally {
      others.forEach(DeviceMemory::close);
    }
    assertThat(Natives.open()).isEqualTo(open);
    work.run(precision, graph, batch);
    assertFree(free);
  }

  /** A real driver keeps a little for itself; one engine has more than that. */
  private static void assertFree(long before) {
    long kept = EmulatorSwitch.isEmulated() ? 0 : 8 << 20;
    assertThat(DeviceContext.freeBytes()).isGreaterThanOrEqualTo(before - kept);
  }

  private static void fill(long size, List<DeviceMemory> others) {
    while (true) {
      try {
        others.add(new DeviceMemory(size));
      } catch (CudaException e) {
        assertThat(e.isOutOfMemory()).isTrue();
        return;
      }
    }
  }
}
