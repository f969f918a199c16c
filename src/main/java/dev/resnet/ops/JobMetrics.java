package dev.resnet.ops;

import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.TrainingJobs;
import dev.resnet.training.EpochMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * {@code resnet_jobs} and {@code resnet_job_*}: read from the database every few seconds, so that
 * every process reports the same and a scrape never waits. The series of ended jobs are removed; an
 * unknown value has no series.
 */
@Component
final class JobMetrics {
  private static final Logger LOG = LoggerFactory.getLogger(JobMetrics.class);

  private final TrainingJobs jobs;
  private final MultiGauge byStatus;
  private final Map<MultiGauge, Function<JobSnapshot, @Nullable Number>> perJob =
      new LinkedHashMap<>();
  private volatile Map<JobStatus, Long> counts = Map.of();
  private volatile Map<String, JobSnapshot> running = Map.of();
  private boolean readable = true;

  JobMetrics(TrainingJobs jobs, MeterRegistry registry) {
    this.jobs = jobs;
    byStatus =
        MultiGauge.builder("resnet.jobs")
            .description("Training jobs in each state")
            .register(registry);
    gauge(registry, "epoch", "Current epoch, from 1", job -> job.job().progress().epoch());
    gauge(registry, "epochs", "Total number of epochs", job -> job.job().config().epochs());
    gauge(
        registry,
        "train.loss",
        "Cross entropy on the training images of the current epoch so far",
        job -> job.job().progress().trainLoss());
    gauge(
        registry,
        "train.accuracy",
        "Accuracy on the training images of the current epoch so far",
        job -> job.job().progress().trainAccuracy());
    gauge(
        registry,
        "test.loss",
        "Cross entropy on the test images after the latest completed epoch",
        job -> job.latest() == null ? null : job.latest().testLoss());
    gauge(
        registry,
        "test.accuracy",
        "Accuracy on the test images after the latest completed epoch",
        job -> job.latest() == null ? null : job.latest().testAccuracy());
    gauge(
        registry,
        "validation.loss",
        "Cross entropy on the validation images after the latest completed epoch",
        job -> validation(job, EpochMetrics.Validation::loss));
    gauge(
        registry,
        "validation.accuracy",
        "Accuracy on the validation images after the latest completed epoch",
        job -> validation(job, EpochMetrics.Validation::accuracy));
    gauge(
        registry,
        "images.per.second",
        "Speed of the training steps",
        job -> job.job().progress().imagesPerSecond());
    gauge(registry, "eta.seconds", "Time left at the current speed", job -> job.job().etaSeconds());
  }

  private static @Nullable Number validation(
      JobSnapshot job, Function<EpochMetrics.Validation, Double> value) {
    EpochMetrics latest = job.latest();
    return latest == null || latest.validation() == null ? null : value.apply(latest.validation());
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      Function<JobSnapshot, @Nullable Number> value) {
    perJob.put(
        MultiGauge.builder("resnet.job." + name).description(description).register(registry),
        value);
  }

  @Scheduled(fixedDelayString = "${resnet.ops.metrics-interval:2s}")
  void refresh() {
    try {
      counts = jobs.countByStatus();
      running =
          jobs.running().stream()
              .collect(Collectors.toUnmodifiableMap(job -> job.job().id(), job -> job));
      readable = true;
    } catch (DataAccessException e) {
      if (readable) { // once, not every few seconds
        LOG.warn("The metrics of jobs are not updated: the database can't be read.", e);
      }
      readable = false;
      counts = Map.of();
      running = Map.of();
    }
    // Change only new and removed meters: a scrape during an exchange of all meters would find some
    // twice or not at all.
    byStatus.register(
        counts.keySet().stream()
            .<Row<?>>map(
                status ->
                    Row.of(Tags.of("status", status.name()), () -> counts.getOrDefault(status, 0L)))
            .toList());
    perJob.forEach((gauge, value) -> gauge.register(rows(value)));
  }

  private List<Row<?>> rows(Function<JobSnapshot, @Nullable Number> value) {
    return running.entrySet().stream()
        .filter(job -> value.apply(job.getValue()) != null)
        .<Row<?>>map(job -> Row.of(Tags.of("job", job.getKey()), () -> now(job.getKey(), value)))
        .toList();
  }

  private Number now(String id, Function<JobSnapshot, @Nullable Number> value) {
    JobSnapshot job = running.get(id);
    Number number = job == null ? null : value.apply(job);
    return number == null ? Double.NaN : number;
  }
}
