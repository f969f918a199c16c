package dev.resnet.ops;

import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.TrainingJobs;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * {@code resnet_jobs} and {@code resnet_job_*}: read from the database every few seconds, so that
 * every process tells the same and a scrape never waits. The series of ended jobs go away; a value
 * that is not known has no series.
 */
@Component
final class JobMetrics {
  private static final Logger LOG = LoggerFactory.getLogger(JobMetrics.class);

  private final TrainingJobs jobs;
  private final MultiGauge byStatus;
  private final Map<MultiGauge, Function<JobSnapshot, @Nullable Number>> perJob =
      new LinkedHashMap<>();
  private boolean readable = true;

  JobMetrics(TrainingJobs jobs, MeterRegistry registry) {
    this.jobs = jobs;
    byStatus =
        MultiGauge.builder("resnet.jobs")
            .description("Training jobs in each state")
            .register(registry);
    gauge(registry, "epoch", "Epoch under way, from 1", job -> job.job().progress().epoch());
    gauge(registry, "epochs", "Epochs of the whole training", job -> job.job().config().epochs());
    gauge(
        registry,
        "train.loss",
        "Cross entropy over the training images of the epoch so far",
        job -> job.job().progress().trainLoss());
    gauge(
        registry,
        "train.accuracy",
        "Accuracy on the training images of the epoch so far",
        job -> job.job().progress().trainAccuracy());
    gauge(
        registry,
        "test.loss",
        "Cross entropy on the test images after the last epoch",
        job -> job.latest() == null ? null : job.latest().testLoss());
    gauge(
        registry,
        "test.accuracy",
        "Accuracy on the test images after the last epoch",
        job -> job.latest() == null ? null : job.latest().testAccuracy());
    gauge(
        registry,
        "images.per.second",
        "Speed of the training steps",
        job -> job.job().progress().imagesPerSecond());
    gauge(registry, "eta.seconds", "Time left at the present speed", job -> job.job().etaSeconds());
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
    Map<JobStatus, Long> counts;
    List<JobSnapshot> running;
    try {
      counts = jobs.countByStatus();
      running = jobs.running();
      readable = true;
    } catch (DataAccessException e) {
      if (readable) { // once, not every few seconds
        LOG.warn("The metrics of jobs pause: the database can't be read.", e);
      }
      readable = false;
      counts = Map.of();
      running = List.of();
    }
    byStatus.register(
        counts.entrySet().stream()
            .<MultiGauge.Row<?>>map(
                entry ->
                    MultiGauge.Row.of(Tags.of("status", entry.getKey().name()), entry.getValue()))
            .toList(),
        true);
    for (var gauge : perJob.entrySet()) {
      gauge.getKey().register(rows(running, gauge.getValue()), true);
    }
  }

  private static List<MultiGauge.Row<?>> rows(
      List<JobSnapshot> running, Function<JobSnapshot, @Nullable Number> value) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (JobSnapshot job : running) {
      Number number = value.apply(job);
      if (number != null) {
        rows.add(MultiGauge.Row.of(Tags.of("job", job.job().id()), number));
      }
    }
    return rows;
  }
}
