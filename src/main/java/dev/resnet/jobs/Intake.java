package dev.resnet.jobs;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageMemory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether this process may start a job now. If something that every job needs is missing,
 * all jobs wait. If a job has to wait for memory, the jobs behind it in the queue wait as well; one
 * of a higher priority goes first.
 */
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final double MEGABYTE = 1 << 20;

  /**
   * Why no job is started.
   *
   * @param job the job that has to wait; null if all have to
   */
  record Hold(String reason, @Nullable String job) {}

  private final TrainingJobRepository jobs;
  private final List<IntakeCheck> checks;
  private final MemoryCheck memory;
  private final DatasetCatalog datasets;

  /** Estimated bytes of each job that runs in this process. */
  private final Map<String, Long> taken = new HashMap<>();

  /** The images that these jobs keep in memory. */
  private final Map<String, ImageMemory.Hold> images = new HashMap<>();

  /** The job that starts next, as soon as there is memory for it. */
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

  /** Empty if the job may start; its memory is then reserved until it {@link #leave}s. */
  Optional<Hold> enter(TrainingJob job) {
    Optional<Hold> missing = missing();
    if (missing.isPresent()) {
      return logged(missing);
    }
    synchronized (this) {
      if (next != null && !next.id().equals(job.id())) {
        next = waiting(next);
        if (next != null && job.priority() <= next.priority()) {
          Optional<Hold> hold = logged(memoryHold(next));
          // If there is enough memory now, it is for the job that comes first.
          return hold.or(
              () -> Optional.of(new Hold("an earlier job that is about to start", job.id())));
        }
      }
      Optional<Hold> hold = memoryHold(job);
      if (hold.isPresent()) {
        next = job;
        return logged(hold);
      }
      next = null;
      // The database may fail here; then nothing is taken.
      var info = info(job);
      taken.put(job.id(), needed(job));
      info.ifPresent(known -> images.put(job.id(), ImageMemory.SHARED.hold(known)));
      return Optional.empty();
    }
  }

  synchronized void leave(String job) {
    taken.remove(job);
    ImageMemory.Hold kept = images.remove(job);
    if (kept != null) {
      kept.close();
    }
  }

  /** Checks again; empty if the next job may try to enter. */
  synchronized Optional<Hold> look() {
    Optional<Hold> missing = missing();
    if (missing.isPresent()) {
      return logged(missing);
    }
    if (next != null) {
      next = waiting(next);
    }
    if (next != null && jobs.highestWaiting().orElse(next.priority()) > next.priority()) {
      next = null; // another job comes first now; the queue decides
    }
    return logged(next == null ? Optional.empty() : memoryHold(next));
  }

  /** The job as it is now; null if it was paused, cancelled or started by another process. */
  private @Nullable TrainingJob waiting(TrainingJob job) {
    return jobs.find(job.id())
        .filter(row -> row.status() == JobStatus.QUEUED && row.attempt() == job.attempt())
        .orElse(null);
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
    // A job that would run alone may always start: its size was checked at submission.
    if (taken.isEmpty() || needed <= memory.limit() - others) {
      return Optional.empty();
    }
    return Optional.of(
        new Hold(
            ("memory: the job needs about %,.0f MB, but running jobs leave %,.0f MB of the"
                    + " %,.0f MB that resnet.jobs.memory-limit allows")
                .formatted(
                    needed / MEGABYTE,
                    Math.max(0, memory.limit() - others) / MEGABYTE,
                    memory.limit() / MEGABYTE),
            job.id()));
  }

  private long needed(TrainingJob job) {
    return info(job).map(dataset -> memory.needed(job.config(), dataset)).orElse(0L);
  }

  private Optional<DatasetInfo> info(TrainingJob job) {
    return datasets.info(job.config().dataset(), job.datasetVersion());
  }

  /** Logs each reason once, not at every check. */
  private synchronized Optional<Hold> logged(Optional<Hold> hold) {
    String reason = hold.map(Hold::reason).orElse(null);
    if (reason != null && !reason.equals(logged)) {
      LOG.warn("This process starts no jobs at present; waiting for {}", reason);
      if (hold.get().job() == null && logged == null) {
        JobFault.INTAKE_STOPPED.count();
      }
    } else if (reason == null && logged != null) {
      LOG.info("This process starts jobs again");
    }
    logged = reason;
    return hold;
  }
}
