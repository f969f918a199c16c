package dev.resnet.engine;

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

  private static final List<EngineProvider> PROVIDERS =
      ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparingInt(EngineProvider::rank).reversed())
          .toList();

  private Engines() {}

  /**
   * Why this choice can't run on this machine; empty where it can. Asked before a job is accepted.
   */
  public static Optional<String> refusal(EngineName name, Precision precision) {
    List<String> reasons = new ArrayList<>();
    for (EngineProvider provider : candidates(name)) {
      Optional<String> reason = provider.unavailable(precision);
      if (reason.isEmpty()) {
        return Optional.empty();
      }
      reasons.add(reason.get());
    }
    return Optional.of(
        reasons.isEmpty()
            ? "the engine %s is not part of this build; ask for auto".formatted(name.wireName())
            : String.join("; ", reasons));
  }

  /**
   * About how much memory a training takes, beside what the process has anyway.
   *
   * @param activations elements that a backward pass over one batch needs
   * @return bytes resident; zero where no engine can run the choice
   */
  public static long memory(EngineName name, Precision precision, long activations) {
    return candidates(name).stream()
        .filter(provider -> provider.unavailable(precision).isEmpty())
        .findFirst()
        .map(provider -> (long) (provider.memoryFactor() * Float.BYTES * activations))
        .orElse(0L);
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
      int batchSize,
      double weightDecay) {
    Choice choice = choose(name, precision, graph);
    return choice.provider.training(graph, precision, batchSize, weightDecay, choice.reason);
  }

  /**
   * An engine for classification.
   *
   * @throws EngineUnavailableException where the choice can't run
   */
  public static InferenceEngine inference(
      EngineName name, Precision precision, ComputationGraph graph) {
    Choice choice = choose(name, precision, graph);
    return choice.provider.inference(graph, precision, choice.reason);
  }

  private record Choice(EngineProvider provider, String reason) {}

  private static Choice choose(EngineName name, Precision precision, ComputationGraph graph) {
    List<String> passedOver = new ArrayList<>();
    for (EngineProvider provider : candidates(name)) {
      Optional<String> reason =
          provider.unavailable(precision).or(() -> provider.unsupported(graph));
      if (reason.isEmpty()) {
        return new Choice(provider, reason(name, passedOver));
      }
      passedOver.add(provider.name().wireName() + ": " + reason.get());
    }
    throw new EngineUnavailableException(
        "No engine can run this. "
            + (passedOver.isEmpty()
                ? "The engine %s is not part of this build; ask for auto."
                    .formatted(name.wireName())
                : String.join("; ", passedOver)));
  }

  private static String reason(EngineName name, List<String> passedOver) {
    if (name != EngineName.AUTO) {
      return "as requested";
    }
    if (passedOver.isEmpty()) {
      return "the fastest engine of this build";
    }
    String reason = "passed over " + String.join("; ", passedOver);
    LOG.warn("auto {}", reason);
    return reason;
  }

  private static List<EngineProvider> candidates(EngineName name) {
    return PROVIDERS.stream()
        .filter(provider -> name == EngineName.AUTO || provider.name() == name)
        .toList();
  }
}
