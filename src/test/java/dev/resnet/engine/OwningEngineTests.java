package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parameters of networks lie outside the heap; they must not wait for the garbage collector. */
class OwningEngineTests {
  @TempDir private static Path folder;
  private static Path zip;

  @BeforeAll
  static void write() throws Exception {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    zip = folder.resolve("model.zip");
    graph.save(zip.toFile(), false);
  }

  @Test
  void theParametersAreFreeOnceTheEngineIsClosed() throws Exception {
    var loaded = new AtomicReference<ComputationGraph>();
    var engine =
        OwningEngine.load(
            zip,
            graph -> {
              loaded.set(graph);
              return Engines.inference(EngineName.DL4J, Precision.FLOAT32, graph, ImageShape.CIFAR);
            });
    assertThat(engine.probabilities(new float[ImageShape.CIFAR.values()], 1)[0]).hasSize(10);
    INDArray parameters = loaded.get().params();
    INDArray weights = loaded.get().getLayer(0).getParam("W");
    assertThat(parameters.wasClosed()).isFalse();
    engine.close();
    assertThat(parameters.wasClosed()).isTrue();
    assertThat(weights.wasClosed()).as("a view of them").isTrue();
  }

  @Test
  void theyAreFreeIfThereIsNoEngine() {
    var loaded = new AtomicReference<ComputationGraph>();
    assertThatThrownBy(
            () ->
                OwningEngine.load(
                    zip,
                    graph -> {
                      loaded.set(graph);
                      throw new EngineUnavailableException("none");
                    }))
        .hasMessage("none");
    assertThat(loaded.get().params().wasClosed()).isTrue();
  }
}
