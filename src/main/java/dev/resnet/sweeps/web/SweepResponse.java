package dev.resnet.sweeps.web;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.resnet.jobs.JobStatus;
import dev.resnet.sweeps.Ranking;
import dev.resnet.sweeps.SweepResult;
import dev.resnet.sweeps.SweepSummary;
import dev.resnet.training.EpochMetrics;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A sweep in the API. */
@Schema(name = "Sweep")
record SweepResponse(
    String id,
    @Schema(example = "depths") String name,
    Instant createdAt,
    @Schema(description = "Jobs that it was submitted with.", example = "6") int size,
    @Schema(
            description = "How many jobs are in each state; deleted jobs are not counted.",
            example = "{\"QUEUED\": 2, \"RUNNING\": 1, \"SUCCEEDED\": 3}")
        Map<JobStatus, Long> states,
    @Schema(description = "Whether no job waits, runs or is paused.") boolean finished,
    @Schema(description = "What was sent.", implementation = Object.class) @JsonRawValue
        String request,
    @Schema(
            description =
                "What the ranks follow from: the validation accuracy if all jobs have validation"
                    + " images, else the test accuracy. The best of many test accuracies is too"
                    + " high as an estimate.",
            allowableValues = {"validation_accuracy", "test_accuracy"},
            example = "validation_accuracy")
        String rankedBy,
    @Schema(
            description =
                "Jobs that differ in their seed only, together, best first. Configurations of which"
                    + " a job does not count come after the others.")
        List<Configuration> configurations,
    @Schema(
            description =
                "Each job, best first. Jobs that failed or were cancelled, or have no epoch yet,"
                    + " come last and do not count.")
        List<SweepJob> jobs) {

  @Schema(name = "SweepConfiguration")
  record Configuration(
      @Schema(
              description = "Equal values have the same rank; null if no job counts.",
              nullable = true,
              example = "1")
          @Nullable Integer rank,
      @Schema(description = "By path, without the seed.", example = "{\"stack_n\": 3}")
          Map<String, @Nullable Object> values,
      @Schema(description = "Over the jobs that count.", nullable = true, example = "0.9126")
          @Nullable Double mean,
      @Schema(
              description =
                  "Sample standard deviation over the jobs that count; null for fewer than two.",
              nullable = true,
              example = "0.0021")
          @Nullable Double deviation,
      @Schema(description = "Jobs that count.", example = "3") int n,
      @Schema(description = "All its jobs.", example = "3") int size) {

    static Configuration of(Ranking.Configuration configuration) {
      return new Configuration(
          configuration.rank(),
          configuration.values(),
          configuration.mean(),
          configuration.deviation(),
          configuration.count(),
          configuration.jobs().size());
    }
  }

  @Schema(name = "SweepJob")
  record SweepJob(
      @Schema(
              description = "Equal values have the same rank; null if the job does not count.",
              nullable = true,
              example = "1")
          @Nullable Integer rank,
      @Schema(description = "Counted from 1, in the order of the queue.", example = "7") int number,
      @Schema(description = "By path.", example = "{\"stack_n\": 3, \"seed\": 1}")
          Map<String, @Nullable Object> values,
      @Schema(description = "Null once it was deleted.", nullable = true) @Nullable String job,
      @Schema(nullable = true) @Nullable JobStatus status,
      @Schema(
              description = "The epoch that is, or would be now, the model.",
              nullable = true,
              example = "20")
          @Nullable Integer epoch,
      @Schema(description = "Of this epoch.", nullable = true, example = "0.9142")
          @Nullable Double validationAccuracy,
      @Schema(description = "Of this epoch.", nullable = true, example = "0.9107")
          @Nullable Double testAccuracy,
      @Schema(
              description = "Whether and when the rule of the sweep cancelled the job.",
              nullable = true,
              example = "stopped by the median rule at epoch 7")
          @Nullable String stopped,
      @Schema(description = "Why it failed.", nullable = true) @Nullable String error,
      @Schema(nullable = true, example = "resnet-20") @Nullable String model,
      @Schema(description = "Set once it has succeeded.", nullable = true, example = "4")
          @Nullable Integer modelVersion) {

    static SweepJob of(Ranking.Row row) {
      EpochMetrics epoch = row.epoch();
      Integer stopped = row.point().stoppedAtEpoch();
      var job = row.snapshot() == null ? null : row.snapshot().job();
      return new SweepJob(
          row.rank(),
          row.point().number(),
          row.point().values(),
          row.point().job(),
          row.status(),
          epoch == null ? null : epoch.epoch(),
          epoch == null || epoch.validation() == null ? null : epoch.validation().accuracy(),
          epoch == null ? null : epoch.testAccuracy(),
          stopped == null ? null : "stopped by the median rule at epoch " + stopped,
          job == null ? null : job.error(),
          job == null ? null : job.model(),
          job == null ? null : job.modelVersion());
    }
  }

  /** A sweep in a list. */
  @Schema(name = "SweepSummary")
  record Summary(
      String id,
      @Schema(example = "depths") String name,
      Instant createdAt,
      @Schema(description = "Jobs that it was submitted with.", example = "6") int size,
      @Schema(
              description = "How many jobs are in each state; deleted jobs are not counted.",
              example = "{\"QUEUED\": 2, \"RUNNING\": 1, \"SUCCEEDED\": 3}")
          Map<JobStatus, Long> states,
      @Schema(description = "Whether no job waits, runs or is paused.") boolean finished) {

    static Summary of(SweepSummary summary) {
      return new Summary(
          summary.sweep().id(),
          summary.sweep().name(),
          summary.sweep().createdAt(),
          summary.sweep().size(),
          SweepResponse.states(summary),
          summary.finished());
    }
  }

  /** The job whose model was put into production. */
  @Schema(name = "SweepWinner")
  record Winner(
      SweepJob job,
      @Schema(
              description = "What it was chosen by.",
              allowableValues = {"validation_accuracy", "test_accuracy"},
              example = "validation_accuracy")
          String rankedBy) {}

  static SweepResponse of(SweepResult result) {
    SweepSummary summary = result.summary();
    return new SweepResponse(
        summary.sweep().id(),
        summary.sweep().name(),
        summary.sweep().createdAt(),
        summary.sweep().size(),
        states(summary),
        summary.finished(),
        summary.sweep().request(),
        wireName(result.ranking().rankedBy()),
        result.ranking().configurations().stream().map(Configuration::of).toList(),
        result.ranking().rows().stream().map(SweepJob::of).toList());
  }

  /** In the order of the states. */
  private static Map<JobStatus, Long> states(SweepSummary summary) {
    Map<JobStatus, Long> states = new EnumMap<>(JobStatus.class);
    states.putAll(summary.states());
    return states;
  }

  static String wireName(Ranking.Metric metric) {
    return metric.name().toLowerCase(Locale.ROOT);
  }
}
