package dev.resnet.engine.onednn;

import dev.resnet.engine.Device;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.EngineProvider;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.NativeLibraries;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.pictures.ImageShape;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/** Graphs compiled into oneDNN primitives: the fastest engine on a CPU. */
public final class OneDnnEngineProvider implements EngineProvider {
  /** Why the native library can't be used here; null where it can. Loading it is tried once. */
  private static final class Library {
    static final @Nullable String PROBLEM = load();

    private static @Nullable String load() {
      try {
        OneDnn.version();
        return null;
      } catch (LinkageError e) {
        return NativeLibraries.explain("oneDNN's native library", e);
      }
    }
  }

  @Override
  public EngineName name() {
    return EngineName.ONEDNN;
  }

  @Override
  public double memoryFactor() {
    return 1.5; // 1.45 at n=3 and batch 128, 1.1 at n=18
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    if (Library.PROBLEM != null) {
      return Optional.of(Library.PROBLEM);
    }
    if (Device.isGpu()) {
      return Optional.of("the parameters lie on a GPU, which oneDNN's CPU primitives can't access");
    }
    if (precision == Precision.BFLOAT16 && !OneDnn.hasBfloat16()) {
      return Optional.of(
          "this CPU (%s) has no bfloat16 instructions; ask for precision float32 or auto"
              .formatted(Device.cpuModel()));
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> unsupported(ComputationGraph graph, ImageShape shape) {
    return GraphCompiler.unsupported(graph, shape);
  }

  @Override
  public EngineDescription describe(Precision precision, String reason) {
    if (precision != Precision.AUTO) {
      return new EngineDescription(name(), precision, Device.describe(), reason);
    }
    AutoPrecision chosen = AutoPrecision.ofThisCpu();
    return new EngineDescription(
        name(), chosen.precision(), Device.describe(), reason + "; " + chosen.reason());
  }

  @Override
  public TrainingEngine training(
      ComputationGraph graph,
      ImageShape shape,
      int batchSize,
      Objective objective,
      EngineDescription description) {
    return new OneDnnTrainingEngine(
        graph, GraphCompiler.images(shape), batchSize, objective, description);
  }

  @Override
  public InferenceEngine inference(ComputationGraph graph, ImageShape shape, Precision precision) {
    return new OneDnnInferenceEngine(graph, GraphCompiler.images(shape), precision);
  }
}
