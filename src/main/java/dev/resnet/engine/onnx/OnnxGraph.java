package dev.resnet.engine.onnx;

import static dev.resnet.engine.onnx.GraphWriter.integer;
import static dev.resnet.engine.onnx.GraphWriter.integers;
import static dev.resnet.engine.onnx.GraphWriter.real;

import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.Relu;
import dev.resnet.engine.program.Operation.WeightedLayer;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import dev.resnet.engine.program.Window;
import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.TensorProto.DataType;
import org.jspecify.annotations.Nullable;

/** Translates the operations of an inference program into the nodes of an ONNX graph. */
final class OnnxGraph {
  static final String IMAGE = "image";
  static final String LOGITS = "logits";
  static final String PROBABILITIES = "probabilities";

  private final Program program;
  private final Weights weights;
  private final OnnxInput input;
  private final GraphWriter graph;

  OnnxGraph(Program program, Weights weights, OnnxInput input, String name) {
    this.program = program;
    this.weights = weights;
    this.input = input;
    this.graph = new GraphWriter(name);
  }

  /** The whole graph; to be called once. */
  GraphProto translate(dev.resnet.pictures.Normalization normalization) {
    Tensor image = program.input();
    switch (input) {
      case FLOAT32 ->
          graph.input(IMAGE, DataType.FLOAT, image.channels(), image.height(), image.width());
      case UINT8 -> {
        graph.input(IMAGE, DataType.UINT8, image.height(), image.width(), image.channels());
        normalize(normalization, name(image));
      }
    }
    program.forward().forEach(this::add);
    graph.output(PROBABILITIES, program.classes());
    graph.output(LOGITS, program.classes());
    return graph.build();
  }

  /** The same arithmetic, in the same order, as {@link dev.resnet.pictures.Normalization#table}. */
  private void normalize(dev.resnet.pictures.Normalization normalization, String target) {
    float[] mean = new float[ImageShape.CHANNELS];
    float[] scale = new float[ImageShape.CHANNELS];
    for (int c = 0; c < ImageShape.CHANNELS; c++) {
      mean[c] = normalization.meanInBytes(c);
      scale[c] = normalization.scalePerByte(c);
    }
    String real = IMAGE + ":float32";
    graph.node("Cast", real, List.of(IMAGE), integer("to", DataType.FLOAT.getNumber()));
    String centred = IMAGE + ":centred";
    graph.node("Sub", centred, List.of(real, graph.constant("mean", mean, mean.length)));
    String scaled = IMAGE + ":scaled";
    graph.node("Mul", scaled, List.of(centred, graph.constant("scale", scale, scale.length)));
    graph.node("Transpose", target, List.of(scaled), integers("perm", 0, 3, 1, 2));
  }

  private String name(Tensor tensor) {
    if (tensor.equals(program.input())) {
      return input == OnnxInput.FLOAT32 ? IMAGE : IMAGE + ":normalized";
    }
    return tensor.equals(program.logits()) ? LOGITS : tensor.name();
  }

  private void add(Operation operation) {
    if (operation instanceof Convolution convolution) {
      addConvolution(convolution);
    } else if (operation instanceof FoldedConvolution folded) {
      addFolded(folded);
    } else if (operation instanceof Normalization norm) {
      addNormalization(norm);
    } else if (operation instanceof Relu relu) {
      graph.node("Relu", name(relu.target()), List.of(name(relu.source())));
    } else if (operation instanceof Pooling pooling) {
      graph.node(
          pooling.maximum() ? "MaxPool" : "AveragePool",
          name(pooling.target()),
          List.of(name(pooling.source())),
          window(pooling.window()));
    } else if (operation instanceof Dense dense) {
      addDense(dense);
    } else if (operation instanceof Addition sum) {
      graph.node("Add", name(sum.target()), List.of(name(sum.left()), name(sum.right())));
    } else if (operation instanceof Loss) {
      graph.node("Softmax", PROBABILITIES, List.of(LOGITS), integer("axis", 1));
    } else {
      throw new IllegalArgumentException(operation + " is not part of an inference program");
    }
  }

  private void addConvolution(Convolution op) {
    String target = name(op.target());
    String product = op.residual() == null ? target : target + ":convolution";
    graph.node(
        "Conv",
        product,
        inputs(op, weights.of(op.weights()), optional(op.bias())),
        window(op.window()));
    if (op.residual() != null) {
      graph.node("Add", target, List.of(product, name(op.residual())));
    }
  }

  private void addFolded(FoldedConvolution op) {
    Weights.Filters filters = weights.folded(op);
    boolean relu = op.normalization().relu();
    String target = name(op.target());
    String normalized = relu ? target + ":normalized" : target;
    graph.node(
        "Conv",
        normalized,
        inputs(op.convolution(), filters.weights(), filters.bias()),
        window(op.convolution().window()));
    if (relu) {
      graph.node("Relu", target, List.of(normalized));
    }
  }

  private void addNormalization(Normalization op) {
    String target = name(op.target());
    String normalized = op.relu() ? target + ":normalized" : target;
    graph.node(
        "BatchNormalization",
        normalized,
        List.of(
            name(op.source()),
            vector(op.name() + ".scale", op.scale()),
            vector(op.name() + ".shift", op.shift()),
            vector(op.name() + ".mean", op.mean()),
            vector(op.name() + ".variance", op.variance())),
        real("epsilon", (float) op.epsilon()));
    if (op.relu()) {
      graph.node("Relu", target, List.of(normalized));
    }
  }

  private void addDense(Dense op) {
    String target = name(op.target());
    String vector = target + ":input";
    graph.node("Flatten", vector, List.of(name(op.source())), integer("axis", 1));
    List<String> inputs = new ArrayList<>(List.of(vector));
    inputs.add(
        graph.constant(
            op.name() + ".weight",
            weights.of(op.weights()),
            op.target().channels(),
            op.source().elements()));
    if (op.bias() != null) {
      inputs.add(vector(op.name() + ".bias", op.bias()));
    }
    graph.node("Gemm", target, inputs, integer("transB", 1));
  }

  /** Source, weights and bias of a convolution. */
  private List<String> inputs(WeightedLayer op, float[] values, float @Nullable [] bias) {
    List<String> inputs = new ArrayList<>(List.of(name(op.source())));
    inputs.add(graph.constant(op.name() + ".weight", values, op.weightShape()));
    if (bias != null) {
      inputs.add(graph.constant(op.name() + ".bias", bias, bias.length));
    }
    return inputs;
  }

  private String vector(String name, Variable variable) {
    return graph.constant(name, weights.of(variable), variable.length());
  }

  private float @Nullable [] optional(@Nullable Variable variable) {
    return variable == null ? null : weights.of(variable);
  }

  /**
   * ONNX skips the last pixels that no window reaches by itself; a program skips them by a negative
   * padding, which ONNX does not allow.
   */
  private static AttributeProto[] window(Window window) {
    return new AttributeProto[] {
      integers("kernel_shape", window.kernel()),
      integers("strides", window.strides()),
      integers(
          "pads",
          window.top(),
          window.left(),
          Math.max(0, window.bottom()),
          Math.max(0, window.right()))
    };
  }
}
