package dev.resnet.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.resnet.data.ImageSet;
import dev.resnet.data.synthetic.SyntheticImages;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Precision;
import dev.resnet.engine.SmallGraphs;
import dev.resnet.engine.program.UnsupportedGraphException;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Exported models compute what this service computes, with ONNX Runtime as the reference. */
class OnnxModelTests {
  private static final double TOLERANCE = 1e-4;
  private static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();

  @ParameterizedTest
  @CsvSource({"1, 10, 32, 1000", "3, 10, 32, 300", "1, 2, 64, 8", "2, 100, 32, 8"})
  void outputsAreThoseOfTheService(int stackN, int classes, int size, int count) throws Exception {
    var shape = new ImageShape(size);
    ImageSet images = images(shape, count);
    Normalization normalization = images.normalization();
    ComputationGraph graph = trained(new ResNetSpec(stackN, classes, shape), images, normalization);
    var card = new OnnxCard("m", 3, labels(classes), shape, normalization, "crop");

    float[] normalized = normalized(images, normalization);
    float[][] expected;
    float[][] logits;
    try (var engine = Engines.inference(EngineName.ONEDNN, Precision.FLOAT32, graph, shape)) {
      expected = engine.probabilities(normalized, count);
      int some = Math.min(count, 14);
      logits =
          logits(
              engine,
              Arrays.copyOf(normalized, some * shape.values()),
              some,
              graph.getLayer("output").getParam("b"));
    }
    if (count >= 300) {
      assertThat(Arrays.stream(expected).mapToInt(OnnxModelTests::best).distinct().count())
          .as("classes that are predicted")
          .isGreaterThan(3);
    }
    for (OnnxInput input : OnnxInput.values()) {
      try (var model = new Model(export(graph, card, input), input, shape)) {
        for (int batch : List.of(1, 7, Math.min(count, 100))) {
          int checked = batch < 100 ? Math.min(count, 2 * batch) : count;
          for (int from = 0; from + batch <= checked; from += batch) {
            Answers answers = model.run(images, normalized, from, batch);
            assertSame(answers.probabilities, expected, from);
            assertClose("logit", answers.logits, logits, from);
          }
        }
      }
    }
  }

  /** The mean of a class's activation map plus its bias is its logit. */
  private static float[][] logits(
      InferenceEngine engine, float[] images, int count, INDArray bias) {
    float[][] logits = new float[count][bias.toFloatVector().length];
    for (int c = 0; c < logits[0].length; c++) {
      int[] classes = new int[count];
      Arrays.fill(classes, c);
      float[][] maps = engine.activationMaps(images, classes);
      for (int i = 0; i < count; i++) {
        double sum = 0;
        for (float value : maps[i]) {
          sum += value;
        }
        logits[i][c] = (float) (sum / maps[i].length + bias.getDouble(c));
      }
    }
    return logits;
  }

  private static void assertSame(float[][] answers, float[][] expected, int from) {
    assertClose("probability", answers, expected, from);
    for (int i = 0; i < answers.length; i++) {
      assertThat(best(answers[i]))
          .as("label of image %d", from + i)
          .isEqualTo(best(expected[from + i]));
    }
  }

  /**
   * @param expected of the first images, perhaps not of all
   */
  private static void assertClose(String what, float[][] answers, float[][] expected, int from) {
    for (int i = 0; i < answers.length && from + i < expected.length; i++) {
      float[] wanted = expected[from + i];
      assertThat(answers[i]).hasSameSizeAs(wanted);
      for (int c = 0; c < wanted.length; c++) {
        assertThat((double) answers[i][c])
            .as("%s of class %d of image %d", what, c, from + i)
            .isCloseTo(wanted[c], within(TOLERANCE * Math.max(1, Math.abs(wanted[c]))));
      }
    }
  }

  @Test
  void theMetadataSaysWhatACallerHasToKnow() throws Exception {
    ComputationGraph graph = new ResNetSpec(1, 2).initialise(1, 0.9);
    var normalization = new Normalization(new float[] {0.5f, 0.25f, 1}, new float[] {1, 0.5f, 1});
    var card =
        new OnnxCard(
            "pets", 12, List.of("\"cat\"", "dög"), ImageShape.CIFAR, normalization, "squash");
    byte[] exported = export(graph, card, OnnxInput.UINT8);

    assertThat(export(graph, card, OnnxInput.UINT8)).isEqualTo(exported);
    try (var session = ORT.createSession(exported, new OrtSession.SessionOptions())) {
      var metadata = session.getMetadata();
      assertThat(metadata.getProducerName()).isEqualTo("resnet-service");
      assertThat(metadata.getGraphName()).isEqualTo("pets");
      assertThat(metadata.getVersion()).isEqualTo(12);
      assertThat(metadata.getCustomMetadata())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "model", "pets",
                  "version", "12",
                  "labels", "[\"\\\"cat\\\"\",\"dög\"]",
                  "image_size", "32",
                  "input", "uint8 [N, 32, 32, 3], RGB, pixels from 0 to 255",
                  "mean", "[0.5,0.25,1.0]",
                  "standard_deviation", "[1.0,0.5,1.0]",
                  "resize", "squash"));
      assertThat(session.getInputNames()).containsExactly("image");
      assertThat(session.getOutputNames()).containsExactly("probabilities", "logits");
      var input = (TensorInfo) session.getInputInfo().get("image").getInfo();
      assertThat(input.type).isEqualTo(OnnxJavaType.UINT8);
      assertThat(input.getShape()).containsExactly(-1, 32, 32, 3);
      assertThat(input.getDimensionNames()[0]).isEqualTo("N");
      var output = (TensorInfo) session.getOutputInfo().get("logits").getInfo();
      assertThat(output.getShape()).containsExactly(-1, 2);
    }
  }

  /** Operations that the service's own networks do not have. */
  @Test
  void otherGraphsCanBeExportedToo() throws Exception {
    ComputationGraph graph = SmallGraphs.oneOfEachLayer();
    float[] pixels = new float[4 * ImageShape.CIFAR.values()];
    var random = new Random(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    float[][] expected =
        graph.output(Nd4j.create(pixels, new long[] {4, 3, 32, 32}, 'c'))[0].toFloatMatrix();
    var card = new OnnxCard("m", 1, labels(10), ImageShape.CIFAR, identity(), "crop");
    byte[] exported = export(graph, card, OnnxInput.FLOAT32);
    try (var session = ORT.createSession(exported, new OrtSession.SessionOptions());
        var input =
            OnnxTensor.createTensor(ORT, FloatBuffer.wrap(pixels), new long[] {4, 3, 32, 32});
        var result = session.run(Map.of("image", input))) {
      assertSame((float[][]) result.get("probabilities").orElseThrow().getValue(), expected, 0);
    }
  }

  @Test
  void aGraphThatCannotBeCompiledIsRefused() {
    ComputationGraph graph =
        SmallGraphs.build(
            layers ->
                layers
                    .addLayer("wave", SmallGraphs.convolution(3, 2, 8, Activation.TANH), "input")
                    .addLayer("output", SmallGraphs.output(), "wave"));
    var card = new OnnxCard("m", 1, labels(10), ImageShape.CIFAR, identity(), "crop");
    assertThatThrownBy(() -> export(graph, card, OnnxInput.FLOAT32))
        .isInstanceOf(UnsupportedGraphException.class)
        .hasMessageContaining("wave");
  }

  /** The two outputs of a model. */
  private record Answers(float[][] probabilities, float[][] logits) {}

  /** A session and the kind of its input. */
  private record Model(OrtSession session, OnnxInput input, ImageShape shape)
      implements AutoCloseable {
    Model(byte[] exported, OnnxInput input, ImageShape shape) throws OrtException {
      this(ORT.createSession(exported, options()), input, shape);
    }

    private static OrtSession.SessionOptions options() throws OrtException {
      var options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(1);
      return options;
    }

    Answers run(ImageSet images, float[] normalized, int from, int count) throws OrtException {
      try (var tensor =
              input == OnnxInput.UINT8
                  ? bytes(images.pixels(), from, count)
                  : floats(normalized, from, count);
          var result = session.run(Map.of("image", tensor))) {
        return new Answers(
            (float[][]) result.get("probabilities").orElseThrow().getValue(),
            (float[][]) result.get("logits").orElseThrow().getValue());
      }
    }

    private OnnxTensor bytes(byte[] pixels, int from, int count) throws OrtException {
      int image = shape.values();
      ByteBuffer some = ByteBuffer.allocateDirect(count * image);
      some.put(pixels, from * image, count * image).flip();
      return OnnxTensor.createTensor(
          ORT, some, new long[] {count, shape.size(), shape.size(), 3}, OnnxJavaType.UINT8);
    }

    /** From NHWC to NCHW. */
    private OnnxTensor floats(float[] normalized, int from, int count) throws OrtException {
      FloatBuffer some = FloatBuffer.allocate(count * shape.values());
      for (int i = from; i < from + count; i++) {
        for (int c = 0; c < ImageShape.CHANNELS; c++) {
          for (int p = 0; p < shape.pixels(); p++) {
            some.put(normalized[i * shape.values() + p * ImageShape.CHANNELS + c]);
          }
        }
      }
      return OnnxTensor.createTensor(
          ORT, some.flip(), new long[] {count, 3, shape.size(), shape.size()});
    }

    @Override
    public void close() throws OrtException {
      session.close();
    }
  }

  private static ImageSet images(ImageShape shape, int count) {
    if (shape.equals(ImageShape.CIFAR)) {
      return new SyntheticImages(1).test(count);
    }
    ImageSet images = ImageSet.empty(shape, count);
    new Random(1).nextBytes(images.pixels());
    return images;
  }

  /** After some steps, so that the running statistics are not those of the start. */
  private static ComputationGraph trained(
      ResNetSpec spec, ImageSet images, Normalization normalization) {
    ComputationGraph graph = spec.initialise(1, 0.9);
    int batch = Math.min(images.count(), 32);
    int values = images.shape().values();
    float[] normalized = normalized(images, normalization);
    int steps = images.count() > 32 ? 30 : 5;
    try (var engine =
        Engines.training(
            EngineName.ONEDNN, Precision.FLOAT32, graph, images.shape(), batch, 1e-4)) {
      int size = images.shape().size();
      for (int step = 0; step < steps; step++) {
        int first = step * batch % (images.count() - batch + 1);
        float[] pixels = Arrays.copyOfRange(normalized, first * values, (first + batch) * values);
        int[] labels =
            IntStream.range(first, first + batch)
                .map(i -> images.label(i) % spec.classes())
                .toArray();
        engine.step(
            new Minibatch(Nd4j.create(pixels, new long[] {batch, size, size, 3}, 'c'), labels),
            0.05);
      }
      engine.writeBack();
    }
    return graph;
  }

  private static float[] normalized(ImageSet images, Normalization normalization) {
    float[][] table = normalization.table();
    byte[] pixels = images.pixels();
    float[] normalized = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      normalized[i] = table[i % ImageShape.CHANNELS][pixels[i] & 0xff];
    }
    return normalized;
  }

  private static byte[] export(ComputationGraph graph, OnnxCard card, OnnxInput input)
      throws IOException {
    var out = new ByteArrayOutputStream();
    OnnxModel.write(graph, card, input, out);
    return out.toByteArray();
  }

  private static Normalization identity() {
    return new Normalization(new float[3], new float[] {1, 1, 1});
  }

  private static List<String> labels(int count) {
    return IntStream.range(0, count).mapToObj(i -> "class " + i).toList();
  }

  private static int best(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      if (row[i] > row[best]) {
        best = i;
      }
    }
    return best;
  }
}
