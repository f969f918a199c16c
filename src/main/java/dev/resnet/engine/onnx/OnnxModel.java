package dev.resnet.engine.onnx;

import dev.resnet.engine.program.Folding;
import dev.resnet.engine.program.GraphCompiler;
import java.io.IOException;
import java.io.OutputStream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A trained graph as an ONNX model. Input {@code image}, see {@link OnnxInput}; outputs {@code
 * probabilities} and {@code logits}, both float32 [N, classes]. Batch normalisations that directly
 * follow a convolution are folded into it, as in the engines of this service.
 */
public final class OnnxModel {
  /** ONNX 1.12; the first one in which BatchNormalization and Softmax are as they are today. */
  static final int OPSET = 17;

  /** The format of the file that belongs to {@link #OPSET}. */
  static final int IR_VERSION = 8;

  private OnnxModel() {}

  /**
   * Writes a model. Takes about three times its size in memory. The same graph and card give the
   * same bytes.
   *
   * @throws dev.resnet.engine.program.UnsupportedGraphException naming the first vertex that can't
   *     be exported
   */
  public static void write(ComputationGraph graph, OnnxCard card, OnnxInput input, OutputStream out)
      throws IOException {
    var program = Folding.fold(GraphCompiler.inference(graph, GraphCompiler.images(card.shape())));
    var model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setProducerName("resnet-service")
            .setModelVersion(card.version())
            .setDocString("Classifies images. Input: " + input.description(card.shape().size()))
            .setGraph(
                new OnnxGraph(program, new Weights(graph), input, card.name())
                    .translate(card.normalization()));
    card.metadata(input)
        .forEach(
            (key, value) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    model.build().writeTo(out);
  }
}
