package dev.resnet.engine;

import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses an engine. A requested one that can't run is an error; only {@code auto} falls back, and
 * says so.
 */
public final class Engines {
  private static final Logger LOG = LoggerFactory.getLogger(Engines.class);

  private static final String FASTEST = "the fastest engine on this machine";
  private static final String REQUESTED = "as requested";

  private static final List<EngineProvider> PROVIDERS =
      ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparing(EngineProvider::name))
          .toList();

  private Engines() {}

  /**
   * Why nothing can be computed in this process, as a sentence for the user; empty where something
   * can. A temporary cause may be gone at the next call. Takes seconds the first time.
   */
  public static Optional<String> unusable() {
    return NativeLibraries.problem().or(Engines::lost);
  }

  /**
   * Why this process must be restarted before it can compute again, as a sentence for the user;
   * empty where it needn't. Even {@code auto} then uses no other engine: on a CPU a training made
   * for a GPU would take days. Loads nothing.
   */
  public static Optional<String> lost() {
    return PROVIDERS.stream().flatMap(provider -> provider.lost().stream()).findFirst();
  }

  /**
   * Why this choice can't run on this machine; empty where it can. Asked before a job is accepted.
   */
  public static Optional<String> refusal(EngineName name, Precision precision) {
    Optional<String> unusable = unusable();
    if (unusable.isPresent()) {
      return unusable;
    }
    List<String> reasons = new ArrayList<>();
    for (EngineProvider provider : candidates(name)) {
      Optional<String> reason = provider.unavailable(precision);
      if (reason.isEmpty()) {
        return Optional.empty();
      }
      reasons.add(reason.get());
    }
    return Optional.of(String.join("; ", reasons));
  }

  /**
   * About how much memory a training takes, beside what the process has anyway.
   *
   * @param activations elements that a backward pass over one batch needs
   * @return bytes resident; zero where no engine can run the choice
   */
  public static long memory(EngineName name, Precision precision, long activations) {
    if (unusable().isPresent()) {
      return 0;
    }
    return available(name, precision)
        .map(provider -> (long) (provider.memoryFactor() * Float.BYTES * activations))
        .orElse(0L);
  }

  /**
   * An engine that minimises plain cross entropy over all variables.
   *
   * @param weightDecay λ in {@code λ·Σ‖v‖²/2}
   * @throws EngineUnavailableException where the choice can't run
   */
  public static TrainingEngine training(
      EngineName name,
      Precision precision,
      ComputationGraph graph,
      ImageShape shape,
      int batchSize,
      double weightDecay) {
    return training(name, precision, graph, shape, batchSize, Objective.crossEntropy(weightDecay));
  }

  /**
   * An engine for training steps of {@code batchSize} images.
   *
   * @throws EngineUnavailableException where the choice can't run
   */
  public static TrainingEngine training(
      EngineName name,
      Precision precision,
      ComputationGraph graph,
      ImageShape shape,
      int batchSize,
      Objective objective) {
    return choose(name, precision, graph, shape, REQUESTED)
        .training(graph, shape, batchSize, objective);
  }

  /**
   * An engine that continues a training run. Where the request leaves the choice open, the earlier
   * choice is used again, so that results stay bit-identical; on a machine that can't run it, a new
   * choice is made.
   *
   * @param before as the checkpoint says
   * @param precisionBefore as the checkpoint says
   * @throws EngineUnavailableException where the request can't run
   */
  public static TrainingEngine resumedTraining(
      EngineName name,
      Precision precision,
      EngineName before,
      Precision precisionBefore,
      ComputationGraph graph,
      ImageShape shape,
      int batchSize,
      Objective objective) {
    EngineName sameName = name == EngineName.AUTO ? before : name;
    Precision samePrecision = precision == Precision.AUTO ? precisionBefore : precision;
    boolean open = name != sameName || precision != samePrecision;
    if (!open || refusal(sameName, samePrecision).isPresent()) {
      return training(name, precision, graph, shape, batchSize, objective);
    }
    return choose(sameName, samePrecision, graph, shape, "as before the interruption")
        .training(graph, shape, batchSize, objective);
  }

  /**
   * What a request gets on this machine, for a graph that every engine supports; empty where
   * nothing can run it.
   */
  public static Optional<EngineDescription> choice(EngineName name, Precision precision) {
    if (unusable().isPresent()) {
      return Optional.empty();
    }
    String because = name == EngineName.AUTO ? FASTEST : REQUESTED;
    return available(name, precision).map(provider -> provider.describe(precision, because));
  }

  /** What {@code auto} chooses on this machine, for a graph that every engine supports. */
  public static EngineDescription automatic() {
    requireUsable();
    return available(EngineName.AUTO, Precision.AUTO)
        .map(provider -> provider.describe(Precision.AUTO, FASTEST))
        .orElseThrow(() -> new EngineUnavailableException("No engine can run here."));
  }

  /**
   * An engine for classification.
   *
   * @throws EngineUnavailableException where the choice can't run
   */
  public static InferenceEngine inference(
      EngineName name, Precision precision, ComputationGraph graph, ImageShape shape) {
    Choice choice = choose(name, precision, graph, shape, REQUESTED);
    return choice.provider.inference(graph, shape, choice.description.precision());
  }

  /**
   * What {@link #inference} uses for this graph.
   *
   * @throws EngineUnavailableException where the choice can't run
   */
  public static EngineDescription inferenceChoice(
      EngineName name, Precision precision, ComputationGraph graph, ImageShape shape) {
    return choose(name, precision, graph, shape, REQUESTED).description();
  }

  /**
   * Called before anything is computed, since its message says more than the linkage errors that
   * would follow.
   *
   * @throws EngineUnavailableException where nothing can be computed in this process
   */
  public static void requireUsable() {
    unusable()
        .ifPresent(
            reason -> {
              throw new EngineUnavailableException(reason);
            });
  }

  private record Choice(EngineProvider provider, EngineDescription description) {
    TrainingEngine training(
        ComputationGraph graph, ImageShape shape, int batchSize, Objective objective) {
      return provider.training(graph, shape, batchSize, objective, description);
    }
  }

  /**
   * Chooses an engine.
   *
   * @param because why {@code name}, where it is not {@code auto}
   */
  private static Choice choose(
      EngineName name,
      Precision precision,
      ComputationGraph graph,
      ImageShape shape,
      String because) {
    requireUsable();
    List<String> passedOver = new ArrayList<>();
    for (EngineProvider provider : candidates(name)) {
      Optional<String> reason =
          provider.unavailable(precision).or(() -> provider.unsupported(graph, shape));
      if (reason.isEmpty()) {
        String why = name == EngineName.AUTO ? reason(passedOver) : because;
        return new Choice(provider, provider.describe(precision, why));
      }
      passedOver.add(provider.name().wireName() + ": " + reason.get());
    }
    throw new EngineUnavailableException(
        "No engine can run this. " + String.join("; ", passedOver));
  }

  private static String reason(List<String> passedOver) {
    if (passedOver.isEmpty()) {
      return FASTEST;
    }
    String reason = "passed over " + String.join("; ", passedOver);
    LOG.warn("auto {}", reason);
    return reason;
  }

  private static Optional<EngineProvider> available(EngineName name, Precision precision) {
    return candidates(name).stream()
        .filter(provider -> provider.unavailable(precision).isEmpty())
        .findFirst();
  }

  private static List<EngineProvider> candidates(EngineName name) {
    return PROVIDERS.stream()
        .filter(
            provider -> name == EngineName.AUTO ? provider.hasHardware() : provider.name() == name)
        .toList();
  }
}
