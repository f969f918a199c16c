package dev.resnet.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The metrics of inference. Only registered names become labels, so clients can't create series
 * with random names.
 */
public class InferenceMetrics {
  /** The label of requests for models that do not exist. */
  private static final String UNKNOWN = "unknown";

  private static final Duration[] SECONDS = {
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };
  private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  /** How a request ended. */
  public enum Outcome {
    SUCCESS,
    /** The client has to change the request: 4xx. */
    REJECTED,
    /** The service failed: 5xx. */
    FAILED
  }

  private final MeterRegistry meters;

  /** By the label of the model; looking a meter up in the registry costs more than recording. */
  private final Map<String, Map<Outcome, Counter>> requests = new ConcurrentHashMap<>();

  private final Map<String, Computations> computations = new ConcurrentHashMap<>();

  private record Computations(Timer times, DistributionSummary sizes) {}

  InferenceMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /** Counts a request; no name if the model does not exist. */
  public void count(Optional<String> model, Outcome outcome) {
    requests.computeIfAbsent(model.orElse(UNKNOWN), this::requests).get(outcome).increment();
  }

  /**
   * Registers all outcomes, so that a model's first failure is an increase from 0, which alerts can
   * detect.
   */
  private Map<Outcome, Counter> requests(String model) {
    Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
    for (Outcome each : Outcome.values()) {
      counters.put(
          each,
          Counter.builder("resnet.inference.requests")
              .description("Classification requests by outcome")
              .tag("model", model)
              .tag("outcome", each.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
    return counters;
  }

  /** Measures one call of an engine. */
  <T> T timed(String model, int batch, Supplier<T> call) {
    Timer.Sample sample = Timer.start(meters);
    T result = call.get();
    Computations of = computations.computeIfAbsent(model, this::computations);
    sample.stop(of.times);
    of.sizes.record(batch);
    return result;
  }

  private Computations computations(String model) {
    return new Computations(
        Timer.builder("resnet.inference")
            .description("Time to compute a batch of images")
            .tag("model", model)
            .serviceLevelObjectives(SECONDS)
            .register(meters),
        DistributionSummary.builder("resnet.inference.batch.size")
            .description("Images in a batch")
            .tag("model", model)
            .serviceLevelObjectives(SIZES)
            .register(meters));
  }
}
