package dev.resnet.engine;

import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Graphs from "input" to "output" for images of 32 × 32 pixels, and layers to build them from. */
public final class SmallGraphs {
  private SmallGraphs() {}

  public static ComputationGraph build(UnaryOperator<GraphBuilder> layers) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(4)
            .weightInit(WeightInit.RELU)
            .updater(new Nesterovs(0.1, 0.9))
            .convolutionMode(ConvolutionMode.Same)
            .graphBuilder()
            .addInputs("input")
            .setInputTypes(InputType.convolutional(32, 32, 3));
    var built = new ComputationGraph(layers.apply(graph).setOutputs("output").build());
    built.init();
    return built;
  }

  public static ComputationGraph oneOfEachLayer() {
    return build(
        graph ->
            graph
                .addLayer("conv1", convolution(3, 2, 16, Activation.IDENTITY), "input")
                .addLayer("norm1", norm(), "conv1")
                .addLayer("relu1", relu(), "norm1")
                .addLayer("conv2", convolution(3, 1, 16, Activation.IDENTITY), "relu1")
                .addVertex("add", addition(), "conv2", "relu1")
                .addLayer("relu2", relu(), "add")
                .addLayer("pool", maximum(), "relu2")
                .addLayer("dense", dense(8), "pool")
                .addLayer("output", output(), "dense"));
  }

  public static ConvolutionLayer convolution(
      int kernel, int stride, int width, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .nOut(width)
        .activation(activation)
        .build();
  }

  public static BatchNormalization norm() {
    return new BatchNormalization.Builder().useLogStd(false).build();
  }

  public static ActivationLayer relu() {
    return new ActivationLayer(Activation.RELU);
  }

  public static ElementWiseVertex addition() {
    return new ElementWiseVertex(ElementWiseVertex.Op.Add);
  }

  public static SubsamplingLayer maximum() {
    return new SubsamplingLayer.Builder(PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .convolutionMode(ConvolutionMode.Truncate)
        .build();
  }

  public static DenseLayer dense(int width) {
    return new DenseLayer.Builder().nOut(width).activation(Activation.RELU).build();
  }

  public static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
