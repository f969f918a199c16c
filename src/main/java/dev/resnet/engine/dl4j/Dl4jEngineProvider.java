package dev.resnet.engine.dl4j;

import dev.resnet.engine.Device;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.EngineProvider;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.pictures.ImageShape;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Stock DL4J: runs every graph on every back-end of nd4j, in float32. */
public final class Dl4jEngineProvider implements EngineProvider {

  @Override
  public EngineName name() {
    return EngineName.DL4J;
  }

  @Override
  public double memoryFactor() {
    // 6.5 at n=3 and batch 128, 7.6 at batch 32: im2col copies the input of each convolution
    // nine-fold.
    return 8;
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    return precision == Precision.BFLOAT16
        ? Optional.of("the engine dl4j computes in float32 only; ask for precision float32 or auto")
        : Optional.empty();
  }

  @Override
  public Optional<String> unsupported(ComputationGraph graph, ImageShape shape) {
    return Optional.empty();
  }

  @Override
  public EngineDescription describe(Precision precision, String reason) {
    return new EngineDescription(EngineName.DL4J, Precision.FLOAT32, Device.describe(), reason);
  }

  @Override
  public TrainingEngine training(
      ComputationGraph graph,
      ImageShape shape,
      int batchSize,
      Objective objective,
      EngineDescription description) {
    return new Dl4jTrainingEngine(graph, batchSize, objective, description);
  }

  @Override
  public InferenceEngine inference(ComputationGraph graph, ImageShape shape, Precision precision) {
    return new Dl4jInferenceEngine(graph, shape);
  }
}
