package dev.resnet.models;

import dev.resnet.engine.NotFinite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Checks the file of a trained network before it is registered. */
@FunctionalInterface
interface NetworkCheck {

  /**
   * @param modelZip a DL4J zip
   * @return why the network can't classify; empty if it can
   */
  Optional<String> refusal(Path modelZip) throws IOException;

  /** Refuses networks with a parameter, running mean or variance that is not finite. */
  static Optional<String> finite(Path modelZip) throws IOException {
    ComputationGraph graph = ComputationGraph.load(modelZip.toFile(), false);
    try {
      return NotFinite.in(graph).map(what -> what + " is not finite");
    } finally {
      // Not graph.close(): it also runs the garbage collector twice, which stops all requests.
      graph.params().close();
    }
  }
}
