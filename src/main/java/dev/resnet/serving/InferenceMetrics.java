package dev.resnet.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
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

  InferenceMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /** Counts a request; no name if the model does not exist. */
  public void count(Optional<String> model, Outcome outcome) {
    for (Outcome each : Outcome.values()) {
      // Register all outcomes, so that a model's first failure is an increase from 0, which alerts
      // can detect.
      Counter counter =
          Counter.builder("resnet.inference.requests")
              .description("Classification requests by outcome")
              .tag("model", model.orElse(UNKNOWN))
              .tag("outcome", each.name().toLowerCase(Locale.ROOT))
              .register(meters);
      if (each == outcome) {
        counter.increment();
      }
    }
  }

  /** Measures one call of an engine. */
  <T> T timed(String model, int batch, Supplier<T> call) {
    Timer.Sample sample = Timer.start(meters);
    T result = call.get();
    sample.stop(
        Timer.builder("resnet.inference")
            .description("Time to compute a batch of images")
            .tag("model", model)
            .serviceLevelObjectives(SECONDS)
            .register(meters));
    DistributionSummary.builder("resnet.inference.batch.size")
        .description("Images in a batch")
        .tag("model", model)
        .serviceLevelObjectives(SIZES)
        .register(meters)
        .record(batch);
    return result;
  }
}
