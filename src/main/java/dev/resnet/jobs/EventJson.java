package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The data of events as JSON. An epoch looks as in the list of epochs. */
final class EventJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .build();

  private record Status(
      JobStatus status,
      int attempt,
      @Nullable StopRequest requested,
      @Nullable String error,
      int retries,
      @Nullable String lastError,
      @Nullable Instant nextAttemptAt,
      @Nullable Integer modelVersion) {}

  private record Train(double crossEntropy, double l2Loss, double accuracy) {}

  private record Test(double loss, double accuracy) {}

  private record Epoch(
      int epoch,
      double learningRate,
      Train train,
      Test test,
      double seconds,
      double imagesPerSecond,
      Instant finishedAt,
      EpochMetrics.@Nullable Validation validation) {}

  private record Log(Instant at, String message) {}

  private EventJson() {}

  static String status(TrainingJob job) {
    return JSON.writeValueAsString(
        new Status(
            job.status(),
            job.attempt(),
            job.requested(),
            job.error(),
            job.retry().count(),
            job.retry().lastError(),
            job.retry().nextAttemptAt(),
            job.modelVersion()));
  }

  static String epoch(EpochMetrics epoch) {
    return JSON.writeValueAsString(
        new Epoch(
            epoch.epoch(),
            epoch.learningRate(),
            new Train(epoch.trainCrossEntropy(), epoch.l2Loss(), epoch.trainAccuracy()),
            new Test(epoch.testLoss(), epoch.testAccuracy()),
            epoch.seconds(),
            epoch.imagesPerSecond(),
            epoch.finishedAt(),
            epoch.validation()));
  }

  static String log(Instant at, String message) {
    return JSON.writeValueAsString(new Log(at, message));
  }

  static String message(String log) {
    return JSON.readTree(log).path("message").asString();
  }
}
