package dev.resnet.sweeps;

import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.SweepJobs;
import dev.resnet.jobs.TrainingJobs;
import dev.resnet.sweeps.MedianRule.History;
import dev.resnet.training.EpochChoice;
import dev.resnet.training.EpochMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Applies the median rule to the running jobs of sweeps. Every process that trains does so, by what
 * the database says: so it makes no difference where a job runs, or which process is gone. The
 * first process that decides about a job writes the decision, with the request to stop it.
 */
final class MedianStopping implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(MedianStopping.class);

  private final SweepRows rows;
  private final TrainingJobs jobs;
  private final SweepJobs ofSweeps;
  private final TransactionOperations transaction;
  private final boolean trains;
  private final Duration interval;

  /** For each sweep the last epochs of its running jobs, at the last check. */
  private final Map<String, Map<String, Integer>> checked = new HashMap<>();

  private boolean reachable = true;
  private @Nullable ScheduledExecutorService polls;

  /**
   * @param trains whether this process runs jobs
   */
  MedianStopping(
      SweepRows rows,
      TrainingJobs jobs,
      SweepJobs ofSweeps,
      TransactionOperations transaction,
      boolean trains,
      Duration interval) {
    this.rows = rows;
    this.jobs = jobs;
    this.ofSweeps = ofSweeps;
    this.transaction = transaction;
    this.trains = trains;
    this.interval = interval;
  }

  private void poll() {
    try {
      check();
      reachable = true;
    } catch (RuntimeException e) {
      // Catch everything: an exception would end the polling for good.
      if (reachable) { // once, not every second
        LOG.warn("The rules of sweeps could not be checked: {}", e.toString());
      }
      reachable = false;
    }
  }

  /** Stops the running jobs that are worse than their sweep's median. */
  void check() {
    List<Sweep> sweeps = rows.ruled();
    checked.keySet().retainAll(sweeps.stream().map(Sweep::id).toList());
    if (sweeps.isEmpty()) {
      return;
    }
    List<JobSnapshot> running = jobs.running();
    for (Sweep sweep : sweeps) {
      List<JobSnapshot> ofSweep =
          running.stream().filter(job -> sweep.id().equals(job.job().sweep())).toList();
      Map<String, Integer> epochs =
          ofSweep.stream()
              .filter(job -> job.latest() != null)
              .collect(Collectors.toMap(job -> job.job().id(), job -> job.latest().epoch()));
      if (!epochs.equals(checked.get(sweep.id()))) {
        check(sweep, ofSweep);
        checked.put(sweep.id(), epochs);
      }
    }
  }

  private void check(Sweep sweep, List<JobSnapshot> running) {
    Map<String, List<EpochMetrics>> epochs = ofSweeps.epochs(sweep.id());
    Map<String, Point> points =
        rows.points(sweep.id()).stream()
            .filter(point -> point.job() != null)
            .collect(Collectors.toMap(Point::job, point -> point));
    Map<String, History> histories = new HashMap<>();
    points.forEach(
        (job, point) ->
            histories.put(
                job,
                new History(
                    job, point.configuration(), accuracies(epochs.getOrDefault(job, List.of())))));
    var rule = new MedianRule(sweep.afterEpochs());
    for (JobSnapshot snapshot : running) {
      History history = histories.get(snapshot.job().id());
      // A job with all its epochs is about to register its model.
      if (history != null
          && !EpochChoice.ended(
              snapshot.job().config(), epochs.getOrDefault(history.job(), List.of()))) {
        rule.verdict(history, histories.values())
            .ifPresent(verdict -> stop(sweep, points.get(history.job()), verdict));
      }
    }
  }

  /** Up to the first epoch without one. */
  private static List<Double> accuracies(List<EpochMetrics> epochs) {
    return epochs.stream()
        .map(epoch -> Optional.ofNullable(epoch.validation()))
        .takeWhile(Optional::isPresent)
        .map(validation -> validation.get().accuracy())
        .toList();
  }

  private void stop(Sweep sweep, Point point, MedianRule.Stop verdict) {
    transaction.executeWithoutResult(
        status -> {
          if (!rows.markStopped(sweep.id(), point.number(), verdict.epoch())) {
            return; // stopped before: a user may have resumed it
          }
          if (ofSweeps.stop(point.job(), verdict.reason())) {
            LOG.info("Job {} of sweep {}: {}", point.job(), sweep.id(), verdict.reason());
          } else {
            status.setRollbackOnly(); // it has ended, or a user wants something else
          }
        });
  }

  @Override
  public boolean isAutoStartup() {
    return trains;
  }

  @Override
  public void start() {
    polls =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              var thread = new Thread(work, "sweeps-rules");
              thread.setDaemon(true);
              return thread;
            });
    polls.scheduleWithFixedDelay(
        this::poll, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    if (polls != null) {
      polls.shutdown();
      polls = null;
    }
  }

  @Override
  public boolean isRunning() {
    return polls != null;
  }
}
