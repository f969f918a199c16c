package dev.resnet.engine.cuda;

import dev.resnet.engine.Device;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.EngineProvider;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.pictures.ImageShape;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Graphs compiled into kernels for NVIDIA GPUs: the fastest engine where there is one. */
public final class CudaEngineProvider implements EngineProvider {

  @Override
  public EngineName name() {
    return EngineName.CUDA;
  }

  @Override
  public boolean hasHardware() {
    return CudaPlatform.ofThisProcess().installed();
  }

  @Override
  public Optional<String> lost() {
    return LostDevice.reason();
  }

  @Override
  public double memoryFactor() {
    return 0.1; // an upper bound, not measured: the activations lie on the GPU
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    CudaPlatform platform = CudaPlatform.ofThisProcess();
    if (platform.problem() != null) {
      return Optional.of(platform.problem());
    }
    if (Device.isGpu()) {
      return Optional.of("the parameters lie on a GPU already, where nd4j's CUDA back-end uses it");
    }
    if (precision == Precision.BFLOAT16 && !platform.usable().hasBfloat16()) {
      return Optional.of(
          "this GPU (%s) has no bfloat16 instructions, which came with compute capability 8.0; ask for precision float32 or auto"
              .formatted(platform.usable().description()));
    }
    return lost();
  }

  @Override
  public Optional<String> unsupported(ComputationGraph graph, ImageShape shape) {
    return GraphCompiler.unsupported(graph, shape);
  }

  @Override
  public EngineDescription describe(Precision precision, String reason) {
    Gpu gpu = CudaPlatform.ofThisProcess().usable();
    if (precision != Precision.AUTO) {
      return new EngineDescription(name(), precision, gpu.description(), reason);
    }
    return gpu.hasBfloat16()
        ? new EngineDescription(
            name(),
            Precision.BFLOAT16,
            gpu.description(),
            reason + "; bfloat16, which this GPU's tensor cores multiply")
        : new EngineDescription(
            name(),
            Precision.FLOAT32,
            gpu.description(),
            reason + "; float32, since this GPU has no bfloat16 instructions");
  }

  @Override
  public TrainingEngine training(
      ComputationGraph graph,
      ImageShape shape,
      int batchSize,
      Objective objective,
      EngineDescription description) {
    return new CudaTrainingEngine(
        graph, GraphCompiler.images(shape), batchSize, objective, description);
  }

  @Override
  public InferenceEngine inference(ComputationGraph graph, ImageShape shape, Precision precision) {
    return new CudaInferenceEngine(graph, GraphCompiler.images(shape), precision);
  }
}
