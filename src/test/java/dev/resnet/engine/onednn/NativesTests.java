package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Natives;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.PlantedFailures;
import dev.resnet.engine.Precision;
import dev.resnet.engine.SmallGraphs;
import dev.resnet.pictures.ImageShape;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever fails half-way gives back all of its native memory: every k-th allocation fails. */
class NativesTests {
  private static final int BATCH = 2;

  private final ComputationGraph graph = SmallGraphs.oneOfEachLayer();
  private final Minibatch batch = NoiseBatches.batch(ImageLayout.NHWC, BATCH, 1);

  /** What a user of the engine may be doing when memory runs out. */
  enum Work {
    TRAINING {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        Engines.training(EngineName.ONEDNN, precision, graph, ImageShape.CIFAR, BATCH, 0).close();
      }
    },
    EVALUATION {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        try (var engine =
            Engines.training(EngineName.ONEDNN, precision, graph, ImageShape.CIFAR, BATCH, 0)) {
          engine.evaluate(batch);
        }
      }
    },
    CLASSIFICATION {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        try (var engine =
            Engines.inference(EngineName.ONEDNN, precision, graph, ImageShape.CIFAR)) {
          engine.probabilities(NoiseBatches.pixels(1, 1), 1);
        }
      }
    },
    CHOICE_OF_PRECISION {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        AutoPrecision.trial(OneDnn.type(precision));
      }
    };

    abstract void run(ComputationGraph graph, Minibatch batch, Precision precision);
  }

  private record Case(Work work, Precision precision) {}

  private static Stream<Case> cases() {
    return Stream.of(Precision.FLOAT32, Precision.BFLOAT16)
        .filter(precision -> Engines.refusal(EngineName.ONEDNN, precision).isEmpty())
        .flatMap(precision -> Stream.of(Work.values()).map(work -> new Case(work, precision)));
  }

  @AfterEach
  void nothingIsPlantedAnyMore() {
    Natives.before(null);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nothingIsLeftWhicheverAllocationFails(Case tried) {
    PlantedFailures.leaveNothing(() -> tried.work.run(graph, batch, tried.precision));
  }
}
