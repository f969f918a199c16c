package dev.resnet.models;

import dev.resnet.engine.OpenMp;
import dev.resnet.engine.onnx.OnnxCard;
import dev.resnet.engine.onnx.OnnxInput;
import dev.resnet.engine.onnx.OnnxModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Writes the network of a version as an ONNX model. */
@FunctionalInterface
interface OnnxExport {

  /**
   * @param modelZip the version's DL4J zip
   */
  void write(ModelVersion version, Path modelZip, OnnxInput input, OutputStream out)
      throws IOException;

  /**
   * Loads the network, on one thread as everywhere (decision 014); its memory is free again
   * afterwards.
   */
  static void load(ModelVersion version, Path modelZip, OnnxInput input, OutputStream out)
      throws IOException {
    OpenMp.withThreads(
        1,
        () -> {
          write(ComputationGraph.load(modelZip.toFile(), false), version, input, out);
          return null;
        });
  }

  private static void write(
      ComputationGraph graph, ModelVersion version, OnnxInput input, OutputStream out)
      throws IOException {
    try {
      var card =
          new OnnxCard(
              version.name(),
              version.version(),
              version.classes(),
              version.shape(),
              version.normalization(),
              version.resize().wireName());
      OnnxModel.write(graph, card, input, out);
    } finally {
      graph.params().close();
    }
  }
}
