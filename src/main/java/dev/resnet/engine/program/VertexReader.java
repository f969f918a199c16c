package dev.resnet.engine.program;

import java.util.List;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Reads the configuration of one layer, and refuses what the operations can't express. */
final class VertexReader {
  private final ComputationGraph graph;
  private final long origin;

  /** Of the layers so far; null before the first. */
  private @Nullable Double momentum;

  VertexReader(ComputationGraph graph) {
    this.graph = graph;
    this.origin = graph.params().offset();
  }

  /**
   * A layer's weights as a slice of the flattened array.
   *
   * @param inputs how many values each output is computed from, by the layer's source
   */
  Variable weights(String vertex, long outputs, long inputs) {
    Variable weights = variable(vertex, DefaultParamInitializer.WEIGHT_KEY);
    require(
        weights.length() == outputs * inputs,
        vertex,
        "%d weights where %d outputs of %d inputs each come in"
            .formatted(weights.length(), outputs, inputs));
    return weights;
  }

  /** A layer's variable as a slice of the flattened array. */
  Variable variable(String vertex, String key) {
    INDArray view = graph.getLayer(vertex).getParam(key);
    return new Variable(view.offset() - origin, Math.toIntExact(view.length()));
  }

  @Nullable Variable variableIf(boolean present, String vertex, String key) {
    return present ? variable(vertex, key) : null;
  }

  /** Whether an activation function is a ReLU; anything but ReLU and identity is refused. */
  static boolean isRelu(String vertex, IActivation activation) {
    if (activation instanceof ActivationReLU relu) {
      boolean plain =
          isZero(relu.getMax()) && isZero(relu.getThreshold()) && isZero(relu.getNegativeSlope());
      require(plain, vertex, "a ReLU with maximum, threshold or slope");
      return true;
    }
    require(
        activation instanceof ActivationIdentity,
        vertex,
        "the activation " + activation + " (ReLU and identity are known)");
    return false;
  }

  private static boolean isZero(@Nullable Double value) {
    return value == null || value == 0;
  }

  static Window window(String vertex, ConvolutionLayer layer, Tensor source) {
    checkWindow(vertex, layer.getDilation(), layer.getCnn2dDataFormat());
    return window(
        vertex,
        layer.getConvolutionMode(),
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        source);
  }

  static Window window(String vertex, SubsamplingLayer layer, Tensor source) {
    checkWindow(vertex, layer.getDilation(), layer.getCnn2dDataFormat());
    return window(
        vertex,
        layer.getConvolutionMode(),
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        source);
  }

  private static void checkWindow(String vertex, int[] dilation, CNN2DFormat format) {
    require(dilation[0] == 1 && dilation[1] == 1, vertex, "a dilated window");
    require(format == CNN2DFormat.NCHW, vertex, "the data format NHWC");
  }

  private static Window window(
      String vertex,
      @Nullable ConvolutionMode mode,
      int[] kernel,
      int[] stride,
      int[] padding,
      Tensor source) {
    if (mode == ConvolutionMode.Same) {
      return Window.same(kernel, stride, source.height(), source.width());
    }
    require(
        mode == null || mode == ConvolutionMode.Truncate || mode == ConvolutionMode.Strict,
        vertex,
        "the convolution mode " + mode);
    return Window.truncated(kernel, stride, padding, source.height(), source.width());
  }

  static void checkNormalization(String vertex, BatchNormalization layer) {
    require(!layer.isLockGammaBeta(), vertex, "locked scale and shift");
    require(!layer.isUseLogStd(), vertex, "a running logarithm of the deviation");
    require(layer.isMinibatch(), vertex, "statistics over more than the batch");
    require(layer.getCnn2DFormat() == CNN2DFormat.NCHW, vertex, "the data format NHWC");
  }

  static void checkDense(String vertex, DenseLayer layer) {
    require(!layer.hasLayerNorm(), vertex, "layer normalization");
  }

  static void checkOutput(String vertex, OutputLayer layer) {
    require(
        layer.getActivationFn() instanceof ActivationSoftmax,
        vertex,
        "an output other than softmax");
    boolean crossEntropy =
        layer.getLossFn() instanceof LossMCXENT loss && loss.getWeights() == null;
    require(crossEntropy, vertex, "a loss other than unweighted multi-class cross entropy");
  }

  /** Checks what all layers have: a setting that the program would ignore silently is refused. */
  void checkCommon(String vertex, LayerVertex layerVertex) {
    checkPreProcessor(vertex, layerVertex.getPreProcessor());
    checkOptimisation(vertex, layerVertex.getLayerConf());
    Layer layer = layerVertex.getLayerConf().getLayer();
    require(layer.getIDropout() == null, vertex, "dropout");
    require(!isPresent(layer.getConstraints()), vertex, "a constraint on its variables");
    if (layer instanceof BaseLayer base) {
      checkTraining(vertex, base);
    }
  }

  /** Dense operations see an image as one vector anyway. */
  private static void checkPreProcessor(String vertex, @Nullable InputPreProcessor preProcessor) {
    if (preProcessor != null && !(preProcessor instanceof CnnToFeedForwardPreProcessor)) {
      throw new UnsupportedGraphException(
          vertex, "the input preprocessor " + preProcessor.getClass().getSimpleName());
    }
  }

  private static void checkOptimisation(String vertex, NeuralNetConfiguration configuration) {
    require(
        configuration.getDataType() == DataType.FLOAT,
        vertex,
        "parameters of type " + configuration.getDataType());
    require(
        configuration.getOptimizationAlgo() == OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT,
        vertex,
        "the optimization algorithm " + configuration.getOptimizationAlgo());
    require(configuration.isMinimize(), vertex, "a loss that is maximized");
    require(
        configuration.isMiniBatch(), vertex, "gradients that are not divided by the batch size");
  }

  private void checkTraining(String vertex, BaseLayer layer) {
    require(layer.getWeightNoise() == null, vertex, "weight noise");
    checkUpdater(vertex, layer.getIUpdater());
    checkUpdater(vertex, layer.getBiasUpdater());
    require(
        layer.getGradientNormalization() == null
            || layer.getGradientNormalization() == GradientNormalization.None,
        vertex,
        "gradient normalization");
    boolean regularised =
        isPresent(layer.getRegularization()) || isPresent(layer.getRegularizationBias());
    require(!regularised, vertex, "regularization of its own (weight decay is the engine's)");
  }

  /** One pass updates all variables, so all have the same momentum. */
  private void checkUpdater(String vertex, @Nullable IUpdater updater) {
    if (updater == null) {
      return;
    }
    require(updater instanceof Nesterovs, vertex, "an updater other than Nesterovs");
    Nesterovs nesterovs = (Nesterovs) updater;
    require(nesterovs.getMomentumISchedule() == null, vertex, "a schedule of momentum");
    if (momentum == null) {
      momentum = nesterovs.getMomentum();
    }
    require(momentum == nesterovs.getMomentum(), vertex, "a momentum other than the others'");
  }

  private static boolean isPresent(@Nullable List<?> list) {
    return list != null && !list.isEmpty();
  }

  static void require(boolean condition, String vertex, String what) {
    if (!condition) {
      throw new UnsupportedGraphException(vertex, what);
    }
  }
}
