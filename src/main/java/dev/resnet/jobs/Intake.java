package dev.resnet.jobs;

import dev.resnet.data.DatasetCatalog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether this process takes a job up now. While something is missing that every training
 * needs, all wait; while a job's memory is taken by others, it waits and so do those behind it.
 */
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final double MEGABYTE = 1 << 20;

  /**
   * Why nothing is taken up.
   *
   * @param job the one that waits; null where all do
   */
  record Hold(String reason, @Nullable String job) {}

  private final TrainingJobRepository jobs;
  private final List<IntakeCheck> checks;
  private final MemoryCheck memory;
  private final DatasetCatalog datasets;

  /** Bytes that the trainings of this process take, by job. */
  private final Map<String, Long> taken = new HashMap<>();

  /** The job whose turn it is as soon as there is memory for it. */
  private @Nullable TrainingJob next;

  private @Nullable String logged;

  Intake(
      TrainingJobRepository jobs,
      List<IntakeCheck> checks,
      MemoryCheck memory,
      DatasetCatalog datasets) {
    this.jobs = jobs;
    this.checks = checks;
    this.memory = memory;
    this.datasets = datasets;
  }

  /** Empty where the job may be taken up; its memory is its own then, until it {@link #leave}s. */
  Optional<Hold> enter(TrainingJob job) {
    Optional<Hold> missing = missing();
    if (missing.isPresent()) {
      return logged(missing);
    }
    synchronized (this) {
      if (next != null && !next.id().equals(job.id())) {
        Optional<Hold> hold = look();
        if (hold.isPresent()) {
          return hold;
        }
        if (next != null) { // there is room now, for the job whose turn it is
          return Optional.of(new Hold("a job before it that is about to start", job.id()));
        }
      }
      Optional<Hold> hold = memoryHold(job);
      if (hold.isPresent()) {
        next = job;
        return logged(hold);
      }
      next = null;
      taken.put(job.id(), needed(job));
      return Optional.empty();
    }
  }

  synchronized void leave(String job) {
    taken.remove(job);
  }

  /** Looks again; empty where the next job may try to enter. */
  synchronized Optional<Hold> look() {
    Optional<Hold> missing = missing();
    if (missing.isPresent()) {
      return logged(missing);
    }
    if (next != null && !isWaiting(next)) {
      next = null; // cancelled, or another process has taken it up
    }
    return logged(next == null ? Optional.empty() : memoryHold(next));
  }

  private boolean isWaiting(TrainingJob job) {
    return jobs.find(job.id())
        .filter(row -> row.status() == JobStatus.QUEUED && row.attempt() == job.attempt())
        .isPresent();
  }

  private Optional<Hold> missing() {
    return checks.stream()
        .flatMap(check -> check.refusal().stream())
        .findFirst()
        .map(reason -> new Hold(reason, null));
  }

  private Optional<Hold> memoryHold(TrainingJob job) {
    long others = taken.values().stream().mapToLong(Long::longValue).sum();
    long needed = needed(job);
    // Alone it may always run: whether it can fit at all was asked when it was submitted.
    if (taken.isEmpty() || needed <= memory.limit() - others) {
      return Optional.empty();
    }
    return Optional.of(
        new Hold(
            ("memory: it takes about %,.0f MB, and the jobs that run now leave %,.0f MB of the %,.0f MB that"
                    + " resnet.jobs.memory-limit allows")
                .formatted(
                    needed / MEGABYTE,
                    Math.max(0, memory.limit() - others) / MEGABYTE,
                    memory.limit() / MEGABYTE),
            job.id()));
  }

  private long needed(TrainingJob job) {
    return datasets
        .info(job.config().dataset())
        .map(dataset -> memory.needed(job.config(), dataset))
        .orElse(0L);
  }

  /** Once for each reason, not at every look. */
  private synchronized Optional<Hold> logged(Optional<Hold> hold) {
    String reason = hold.map(Hold::reason).orElse(null);
    if (reason != null && !reason.equals(logged)) {
      LOG.warn("No further job is taken up here for now; waiting for {}", reason);
    } else if (reason == null && logged != null) {
      LOG.info("Jobs are taken up again");
    }
    logged = reason;
    return hold;
  }
}
