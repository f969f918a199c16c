package dev.resnet.engine.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

/** Adds nodes, constants, inputs and outputs to a graph. */
final class GraphWriter {
  /** The free dimension of a batch. */
  private static final String BATCH = "N";

  private final GraphProto.Builder graph = GraphProto.newBuilder();

  GraphWriter(String name) {
    graph.setName(name);
  }

  GraphProto build() {
    return graph.build();
  }

  /**
   * A batch of images that the caller gives.
   *
   * @param dimensions of one image
   */
  void input(String name, DataType type, long... dimensions) {
    graph.addInput(value(name, type, dimensions));
  }

  /**
   * A result for each image.
   *
   * @param dimensions of one image's result
   */
  void output(String name, long... dimensions) {
    graph.addOutput(value(name, DataType.FLOAT, dimensions));
  }

  private static ValueInfoProto value(String name, DataType type, long... dimensions) {
    var shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam(BATCH);
    for (long dimension : dimensions) {
      shape.addDimBuilder().setDimValue(dimension);
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /**
   * Adds a constant.
   *
   * @return its name
   */
  String constant(String name, float[] values, long... dimensions) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    var tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.FLOAT.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long dimension : dimensions) {
      tensor.addDims(dimension);
    }
    graph.addInitializer(tensor);
    return name;
  }

  /** Adds a node with one output. */
  void node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output + ":" + operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
  }

  static AttributeProto integer(String name, long value) {
    return attribute(name, AttributeType.INT).setI(value).build();
  }

  static AttributeProto real(String name, float value) {
    return attribute(name, AttributeType.FLOAT).setF(value).build();
  }

  static AttributeProto integers(String name, long... values) {
    var attribute = attribute(name, AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
