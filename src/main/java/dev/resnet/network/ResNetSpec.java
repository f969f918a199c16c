package dev.resnet.network;

import dev.resnet.pictures.ImageShape;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * The residual network of He et al. (2015), section 4.2, with pre-activation blocks (He et al.,
 * 2016): depth 6n+2 on square RGB images.
 *
 * <p>Input [batch, 3, s, s] → 3×3 convolution to 16 channels → n blocks of 16 (s×s) → n of 32 (s/2)
 * → n of 64 (s/4) → batch normalisation, ReLU → global average pooling (8×8 for s = 32) → dense
 * softmax [batch, classes]. A block is BN, ReLU, convolution, BN, ReLU, convolution, plus its
 * input; where it halves the image, plus a 1×1 convolution of its pre-activated input.
 *
 * @param stackN blocks per stage, at least 1
 * @param classes outputs, at least 2
 * @param shape of the input images; the parameters don't depend on it
 */
public record ResNetSpec(int stackN, int classes, ImageShape shape) {
  public static final String INPUT = "input";
  public static final String OUTPUT = "output";

  private static final int STAGES = 3;
  private static final int FIRST_WIDTH = 16;

  /** Weight of the old running statistics at each step; the published recipe's "BN decay". */
  private static final double NORM_DECAY = 0.9;

  private static final double NORM_EPSILON = 1e-5;

  /** Lower bound for probabilities in the reported cross entropy. */
  private static final double CLIP = 1e-7;

  public ResNetSpec {
    if (stackN < 1) {
      throw new IllegalArgumentException("stack_n must be at least 1, not " + stackN);
    }
    if (classes < 2) {
      throw new IllegalArgumentException("a classifier needs at least 2 classes, not " + classes);
    }
  }

  /** For 32×32 images. */
  public ResNetSpec(int stackN, int classes) {
    this(stackN, classes, ImageShape.CIFAR);
  }

  /** Layers with weights on the longest path. */
  public int depth() {
    return depth(stackN);
  }

  /** Of a network with so many blocks per stage. */
  public static int depth(int stackN) {
    return 6 * stackN + 2;
  }

  /** All parameters, counting running means and variances: 274,442 at n=3 with 10 classes. */
  public long parameters() {
    long sum = convolutionParameters(3, ImageShape.CHANNELS, FIRST_WIDTH);
    int in = FIRST_WIDTH;
    for (int stage = 0; stage < STAGES; stage++) {
      int out = FIRST_WIDTH << stage;
      for (int block = 0; block < stackN; block++) {
        sum += normParameters(in) + convolutionParameters(3, in, out);
        sum += normParameters(out) + convolutionParameters(3, out, out);
        sum += halves(stage, block) ? convolutionParameters(1, in, out) : 0;
        in = out;
      }
    }
    return sum + normParameters(in) + (in + 1L) * classes;
  }

  /**
   * Elements of all activations of one image that the backward pass needs (each unit's input and
   * its normalised form). The memory estimate is based on it.
   */
  public long activationsPerImage() {
    long sum = (long) (ImageShape.CHANNELS + FIRST_WIDTH) * shape.pixels();
    for (int stage = 0; stage < STAGES; stage++) {
      long size = shape.size() >> stage;
      sum += 4L * stackN * (FIRST_WIDTH << stage) * size * size;
    }
    return sum;
  }

  /**
   * A freshly initialised network: He-normal weights (He et al., 2015b, eq. 10), zero biases,
   * determined by {@code seed}.
   *
   * @param momentum of the Nesterov updater
   */
  public ComputationGraph initialise(long seed, double momentum) {
    var graph = new ComputationGraph(configuration(seed, momentum));
    graph.init();
    return graph;
  }

  /**
   * The DL4J configuration of the graph. It contains no weight decay: engines apply that to all
   * trainable variables.
   */
  public ComputationGraphConfiguration configuration(long seed, double momentum) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .weightInit(WeightInit.RELU)
            // This learning rate is never used, because each step sets its own.
            .updater(new Nesterovs(0.1, momentum))
            .convolutionMode(ConvolutionMode.Same)
            .graphBuilder()
            .addInputs(INPUT)
            .setInputTypes(
                InputType.convolutional(shape.size(), shape.size(), ImageShape.CHANNELS));
    String last = add(graph, "conv", convolution(3, 1, FIRST_WIDTH), INPUT);
    for (int stage = 0; stage < STAGES; stage++) {
      for (int block = 0; block < stackN; block++) {
        last = addBlock(graph, stage, block, last);
      }
    }
    last = addNormAndRelu(graph, "final", last);
    int size = shape.size() >> (STAGES - 1);
    var pooling =
        new SubsamplingLayer.Builder(PoolingType.AVG)
            .kernelSize(size, size)
            .stride(size, size)
            .convolutionMode(ConvolutionMode.Truncate)
            .build();
    last = add(graph, "pool", pooling, last);
    var output =
        new OutputLayer.Builder(new LossMCXENT(CLIP, null))
            .nOut(classes)
            .activation(Activation.SOFTMAX)
            .build();
    add(graph, OUTPUT, output, last);
    return graph.setOutputs(OUTPUT).build();
  }

  private String addBlock(GraphBuilder graph, int stage, int block, String input) {
    String name = "stage%d-block%d".formatted(stage + 1, block + 1);
    int width = FIRST_WIDTH << stage;
    int stride = halves(stage, block) ? 2 : 1;
    String first = addNormAndRelu(graph, name + "-1", input);
    String shortcut =
        stride == 1 ? input : add(graph, name + "-shortcut", convolution(1, stride, width), first);
    String middle = add(graph, name + "-1-conv", convolution(3, stride, width), first);
    String second = addNormAndRelu(graph, name + "-2", middle);
    String residual = add(graph, name + "-2-conv", convolution(3, 1, width), second);
    graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), residual, shortcut);
    return name;
  }

  private static String addNormAndRelu(GraphBuilder graph, String name, String input) {
    var norm =
        new BatchNormalization.Builder()
            .decay(NORM_DECAY)
            .eps(NORM_EPSILON)
            // DL4J's default keeps log10 of the deviation; the published network keeps the
            // variance.
            .useLogStd(false)
            .build();
    String normalised = add(graph, name + "-bn", norm, input);
    return add(graph, name + "-relu", new ActivationLayer(Activation.RELU), normalised);
  }

  private static ConvolutionLayer convolution(int kernel, int stride, int width) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .nOut(width)
        .activation(Activation.IDENTITY)
        .hasBias(true)
        .build();
  }

  private static String add(GraphBuilder graph, String name, Layer layer, String input) {
    graph.addLayer(name, layer, input);
    return name;
  }

  private static boolean halves(int stage, int block) {
    return stage > 0 && block == 0;
  }

  private static long convolutionParameters(int kernel, int in, int out) {
    return (long) kernel * kernel * in * out + out;
  }

  private static long normParameters(int channels) {
    return 4L * channels;
  }
}
