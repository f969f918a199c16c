package dev.resnet.engine.program;

import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.Relu;
import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;

/**
 * Walks a graph in topological order and lists its operations. Two are fused into the operation
 * before them: a ReLU into a batch normalisation, the addition of a shortcut into a convolution.
 */
public final class GraphCompiler {
  private static final String BIAS = DefaultParamInitializer.BIAS_KEY;

  private final Tensor image;
  private final ComputationGraphConfiguration configuration;
  private final VertexReader reader;
  private final Map<String, List<String>> consumers = new HashMap<>();
  private final Map<String, Tensor> outputs = new HashMap<>();
  private final List<Operation> forward = new ArrayList<>();

  /** Convolutions that are emitted together with the addition after them. */
  private final Map<String, Convolution> waiting = new LinkedHashMap<>();

  private GraphCompiler(ComputationGraph graph, Tensor image) {
    this.image = image;
    this.configuration = graph.getConfiguration();
    this.reader = new VertexReader(graph);
    configuration
        .getVertexInputs()
        .forEach(
            (vertex, inputs) ->
                inputs.forEach(
                    input -> consumers.computeIfAbsent(input, k -> new ArrayList<>()).add(vertex)));
  }

  /** A tensor for the images that a graph reads. */
  public static Tensor images(ImageShape shape) {
    return new Tensor("input", ImageShape.CHANNELS, shape.size(), shape.size());
  }

  /** Why a graph can't be compiled, naming the layer; empty where it can. */
  public static Optional<String> unsupported(ComputationGraph graph, ImageShape shape) {
    try {
      training(graph, images(shape));
      return Optional.empty();
    } catch (UnsupportedGraphException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * Forward, loss and backward.
   *
   * @param image the shape of one input image, which a graph doesn't contain
   * @throws UnsupportedGraphException naming the first vertex that can't be compiled
   */
  public static Program training(ComputationGraph graph, Tensor image) {
    return training(graph, image, false);
  }

  /**
   * Forward, loss and backward.
   *
   * @param outputOnly whether backward ends at the output layer, and whatever is before it runs as
   *     in inference
   * @throws UnsupportedGraphException naming the first vertex that can't be compiled
   */
  public static Program training(ComputationGraph graph, Tensor image, boolean outputOnly) {
    Program forward = inference(graph, image);
    return outputOnly ? Backward.ofOutput(forward) : Backward.of(forward);
  }

  /**
   * Forward and loss only, with running statistics.
   *
   * @param image the shape of one input image
   * @throws UnsupportedGraphException naming the first vertex that can't be compiled
   */
  public static Program inference(ComputationGraph graph, Tensor image) {
    return new GraphCompiler(graph, image).compile();
  }

  private Program compile() {
    VertexReader.require(
        configuration.getNetworkInputs().size() == 1
            && configuration.getNetworkOutputs().size() == 1,
        String.valueOf(configuration.getNetworkInputs()),
        "a graph with more than one input or output");
    String input = configuration.getNetworkInputs().get(0);
    String output = configuration.getNetworkOutputs().get(0);
    for (String name : configuration.getTopologicalOrderStr()) {
      if (name.equals(input)) {
        outputs.put(name, image.named(name));
      } else {
        compile(
            name, configuration.getVertices().get(name), configuration.getVertexInputs().get(name));
      }
    }
    VertexReader.require(
        forward.get(forward.size() - 1) instanceof Loss,
        output,
        "an output that is not an OutputLayer");
    return new Program(outputs.get(input), outputs.get(output), forward, List.of());
  }

  private void compile(String name, GraphVertex vertex, List<String> inputs) {
    if (vertex instanceof LayerVertex layerVertex) {
      reader.checkCommon(name, layerVertex);
      compileLayer(name, layerVertex.getLayerConf().getLayer(), inputs.get(0));
    } else if (vertex instanceof ElementWiseVertex add
        && add.getOp() == ElementWiseVertex.Op.Add
        && inputs.size() == 2) {
      compileAddition(name, inputs.get(0), inputs.get(1));
    } else {
      throw new UnsupportedGraphException(name, vertex.getClass().getSimpleName());
    }
  }

  private void compileLayer(String name, Layer layer, String input) {
    Tensor source = output(input);
    if (layer.getClass() == ConvolutionLayer.class) {
      compileConvolution(name, (ConvolutionLayer) layer, source);
    } else if (layer instanceof BatchNormalization norm) {
      compileNormalization(name, norm, source);
    } else if (layer instanceof ActivationLayer activation) {
      compileActivation(name, activation, input, source);
    } else if (layer.getClass() == SubsamplingLayer.class) {
      compilePooling(name, (SubsamplingLayer) layer, source);
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      compileGlobalPooling(name, pooling, source);
    } else if (layer instanceof OutputLayer output) {
      VertexReader.checkOutput(name, output);
      dense(name, output.hasBias(), (int) output.getNOut(), source);
      forward.add(new Loss(name, outputs.get(name), null));
    } else if (layer.getClass() == DenseLayer.class) {
      DenseLayer dense = (DenseLayer) layer;
      VertexReader.checkDense(name, dense);
      Tensor target = dense(name, dense.hasBias(), (int) dense.getNOut(), source);
      reluAfter(name, VertexReader.isRelu(name, dense.getActivationFn()), target);
    } else {
      throw new UnsupportedGraphException(name, layer.getClass().getSimpleName());
    }
  }

  private void compileConvolution(String name, ConvolutionLayer layer, Tensor source) {
    Window window = VertexReader.window(name, layer, source);
    Tensor target = window.output(name, (int) layer.getNOut(), source);
    var convolution =
        new Convolution(
            name,
            source,
            target,
            window,
            reader.weights(
                name,
                layer.getNOut(),
                (long) window.kernelHeight() * window.kernelWidth() * source.channels()),
            reader.variableIf(layer.hasBias(), name, BIAS),
            null);
    boolean relu = VertexReader.isRelu(name, layer.getActivationFn());
    if (!relu && isAddedOnly(name)) {
      waiting.put(name, convolution);
      outputs.put(name, target);
    } else {
      emit(convolution);
      reluAfter(name, relu, target);
    }
  }

  /** Whether the only use of a vertex is one addition to something else. */
  private boolean isAddedOnly(String name) {
    List<String> users = consumers.getOrDefault(name, List.of());
    return users.size() == 1
        && configuration.getVertices().get(users.get(0)) instanceof ElementWiseVertex;
  }

  private void compileAddition(String name, String left, String right) {
    Convolution fused = waiting.remove(waiting.containsKey(left) ? left : right);
    String other = fused != null && fused.name().equals(right) ? left : right;
    if (fused == null) {
      Tensor target = output(left).named(name);
      forward.add(new Addition(name, output(left), output(right), target));
      outputs.put(name, target);
    } else {
      Tensor target = fused.target().named(name);
      emit(fused.plus(output(other), target));
      outputs.put(name, target);
    }
  }

  private void compileNormalization(String name, BatchNormalization layer, Tensor source) {
    VertexReader.checkNormalization(name, layer);
    String relu = fusibleRelu(name);
    Tensor target = source.named(relu == null ? name : relu);
    emit(
        new Normalization(
            name,
            source,
            target,
            relu != null,
            reader.variable(name, BatchNormalizationParamInitializer.GAMMA),
            reader.variable(name, BatchNormalizationParamInitializer.BETA),
            reader.variable(name, BatchNormalizationParamInitializer.GLOBAL_MEAN),
            reader.variable(name, BatchNormalizationParamInitializer.GLOBAL_VAR),
            layer.getEps(),
            layer.getDecay()));
  }

  /** The activation vertex after a batch normalisation, where it is a ReLU and the only user. */
  private @Nullable String fusibleRelu(String name) {
    List<String> users = consumers.getOrDefault(name, List.of());
    if (users.size() == 1
        && configuration.getVertices().get(users.get(0)) instanceof LayerVertex vertex
        && vertex.getLayerConf().getLayer() instanceof ActivationLayer activation
        && VertexReader.isRelu(users.get(0), activation.getActivationFn())) {
      return users.get(0);
    }
    return null;
  }

  private void compileActivation(String name, ActivationLayer layer, String input, Tensor source) {
    if (name.equals(source.name())) {
      outputs.put(name, source); // fused into the batch normalisation before it
      return;
    }
    if (VertexReader.isRelu(name, layer.getActivationFn())) {
      emit(new Relu(name, source, source.named(name)));
    } else {
      outputs.put(name, source);
    }
  }

  private void compilePooling(String name, SubsamplingLayer layer, Tensor source) {
    var type = layer.getPoolingType();
    boolean maximum = type == PoolingType.MAX;
    Window window = VertexReader.window(name, layer, source);
    boolean padded = window.top() + window.left() + window.bottom() + window.right() > 0;
    VertexReader.require(
        maximum || (type == PoolingType.AVG && !padded), name, type + " pooling with this padding");
    pool(name, source, window, maximum);
  }

  private void compileGlobalPooling(String name, GlobalPoolingLayer layer, Tensor source) {
    var type = layer.getPoolingType();
    VertexReader.require(
        type == PoolingType.AVG || type == PoolingType.MAX, name, type + " pooling");
    int[] all = {source.height(), source.width()};
    Window window = Window.truncated(all, all, new int[2], source.height(), source.width());
    pool(name, source, window, type == PoolingType.MAX);
  }

  private void pool(String name, Tensor source, Window window, boolean maximum) {
    Tensor target = window.output(name, source.channels(), source);
    emit(new Pooling(name, source, target, window, maximum));
  }

  private Tensor dense(String name, boolean bias, int out, Tensor source) {
    Tensor target = new Tensor(name, out, 1, 1);
    Variable weights = reader.weights(name, out, source.elements());
    emit(new Dense(name, source, target, weights, reader.variableIf(bias, name, BIAS)));
    return target;
  }

  private void reluAfter(String name, boolean relu, Tensor source) {
    if (relu) {
      emit(new Relu(name, source, source.named(name + ":relu")));
    }
  }

  private void emit(Operation.Layer operation) {
    forward.add(operation);
    outputs.put(operation.name(), operation.target());
  }

  /** The tensor of a vertex; emits the convolution that computes it where it still waits. */
  private Tensor output(String vertex) {
    Convolution late = waiting.remove(vertex);
    if (late != null) {
      emit(late);
    }
    return outputs.get(vertex);
  }
}
