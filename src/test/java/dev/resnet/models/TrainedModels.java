package dev.resnet.models;

import dev.resnet.files.Sha256;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Selection;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Small real networks, as a job would register them. */
public final class TrainedModels {
  public static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
  public static final String HYPERPARAMETERS = "{\"seed\":7,\"batch_size\":128}";
  public static final float[] MEAN = {0.49f, 0.48f, 0.45f};
  public static final float[] DEVIATION = {0.25f, 0.24f, 0.26f};

  private TrainedModels() {}

  /** A convolution and a softmax on [n, 3, 32, 32]; another seed gives other predictions. */
  public static ComputationGraph network(long seed) {
    var configuration =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Nesterovs(0.1, 0.9))
            .convolutionMode(ConvolutionMode.Same)
            .graphBuilder()
            .addInputs("input")
            .setInputTypes(InputType.convolutional(32, 32, 3))
            .addLayer(
                "conv",
                new ConvolutionLayer.Builder(3, 3)
                    .nOut(8)
                    .stride(4, 4)
                    .activation(Activation.RELU)
                    .build(),
                "input")
            .addLayer("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "conv")
            .addLayer(
                "output",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(CLASSES.size())
                    .activation(Activation.SOFTMAX)
                    .build(),
                "pool")
            .setOutputs("output")
            .build();
    var graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }

  /**
   * Writes the network into {@code folder} and describes it as the result of the job {@code jobId}.
   */
  public static TrainedModel trained(
      Path folder, String name, String jobId, ComputationGraph graph) {
    try {
      Path file = folder.resolve(jobId + ".zip");
      ModelSerializer.writeModel(graph, file.toFile(), false);
      return of(file, name, jobId);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static TrainedModel trained(Path folder, String name, String jobId, long seed) {
    return trained(folder, name, jobId, network(seed));
  }

  /** The job that trained a version. */
  static String job(ModelVersion version) {
    return Objects.requireNonNull(version.training()).jobId();
  }

  /** Treats {@code file} as a checkpoint. */
  public static TrainedModel of(Path file, String name, String jobId) throws IOException {
    return of(file, name, jobId, 0.375, 0.875);
  }

  /** Treats {@code file} as a checkpoint with this loss and accuracy. */
  static TrainedModel of(Path file, String name, String jobId, double loss, double accuracy)
      throws IOException {
    return of(file, name, jobId, loss, accuracy, Selection.LAST_EPOCH);
  }

  static TrainedModel of(
      Path file, String name, String jobId, double loss, double accuracy, Selection selection)
      throws IOException {
    var checkpoint = new CheckpointFile(20, file, Files.size(file), Sha256.of(file), accuracy);
    return new TrainedModel(
        jobId,
        name,
        3,
        "synthetic",
        "ab".repeat(32),
        checkpoint,
        CLASSES,
        ImageShape.CIFAR,
        ResizePolicy.CROP,
        MEAN,
        DEVIATION,
        loss,
        accuracy,
        "dl4j",
        "float32",
        HYPERPARAMETERS,
        Instant.parse("2026-11-23T10:15:30Z"),
        1000,
        selection);
  }
}
