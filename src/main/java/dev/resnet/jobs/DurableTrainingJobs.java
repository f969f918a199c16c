package dev.resnet.jobs;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Training jobs kept in the database. Every process that uses the same database can answer requests
 * about them or run them.
 */
final class DurableTrainingJobs implements TrainingJobs {
  /** Seconds for Retry-After if it is not known when the queue will have a free place. */
  private static final long UNKNOWN_WAIT = 60;

  private static final long LONGEST_WAIT = 3600;

  private final JobStore store;
  private final TrainingTask queue;
  private final RunningJobs running;
  private final DatasetCatalog datasets;
  private final StartingPoints starts;
  private final MemoryCheck memory;
  private final int capacity;

  /**
   * Two concurrent requests must not both take the last place in the queue. A database lock keeps
   * other processes out. This lock keeps this process's requests from each holding a connection
   * while they wait for it.
   */
  private final Lock admission = new ReentrantLock();

  DurableTrainingJobs(
      JobStore store,
      TrainingTask queue,
      RunningJobs running,
      DatasetCatalog datasets,
      StartingPoints starts,
      MemoryCheck memory,
      int capacity) {
    this.store = store;
    this.queue = queue;
    this.running = running;
    this.datasets = datasets;
    this.starts = starts;
    this.memory = memory;
    this.capacity = capacity;
  }

  @Override
  public List<JobSnapshot> submit(List<NewJob> requests, Consumer<List<JobSnapshot>> accepted) {
    Instant now = store.jobs().now();
    // A microsecond apart, because jobs of the same priority start in the order of their times.
    List<TrainingJob> jobs =
        IntStream.range(0, requests.size())
            .mapToObj(i -> checked(requests.get(i), now.plus(i, ChronoUnit.MICROS)))
            .toList();
    List<JobSnapshot> snapshots =
        jobs.stream().map(job -> new JobSnapshot(job, null, null)).toList();
    submit(jobs, () -> accepted.accept(snapshots));
    return snapshots;
  }

  private TrainingJob checked(NewJob request, Instant createdAt) {
    TrainingConfig config = request.config();
    DatasetInfo dataset = dataset(config, request.datasetVersion());
    requireMemory(config, dataset);
    long parameters =
        new ResNetSpec(config.stackN(), dataset.classes().size(), dataset.shape()).parameters();
    // The training writes the exact number, which depends on the sizes of the classes.
    int images = config.leastTrainImages(dataset.train(), dataset.classes().size());
    long iterations = (long) config.iterationsPerEpoch(images) * config.epochs();
    return TrainingJob.queued(
        UUID.randomUUID().toString(), request, parameters, iterations, createdAt);
  }

  /** Copies the starting weights before the row says that there is a job, so no job is without. */
  private void submit(List<TrainingJob> jobs, Runnable accepted) {
    List<TrainingJob> starting =
        jobs.stream().filter(job -> job.config().startFrom() != null).toList();
    boolean added = false;
    try {
      for (TrainingJob job : starting) {
        starts.copy(job.config().startFrom(), job.id());
      }
      added =
          addIfRoom(
              jobs.size(),
              () -> {
                jobs.forEach(this::add);
                accepted.run();
                return true;
              });
    } finally {
      if (!added) {
        // A commit may have succeeded although its answer was lost.
        starting.stream()
            .map(TrainingJob::id)
            .filter(id -> !isKnown(id))
            .forEach(store.folders()::deleteUnaccepted);
      }
    }
  }

  private void add(TrainingJob job) {
    hold(job);
    store.jobs().insert(job);
    store.events().log(job.id(), LogLines.submitted(job));
    queue.schedule(job, job.due());
  }

  /**
   * Adds jobs to the queue, in one transaction.
   *
   * @return what the addition returned
   * @throws QueueFullException if there is no place for so many
   */
  private boolean addIfRoom(int jobs, Supplier<Boolean> addition) {
    admission.lock();
    try {
      boolean added =
          store
              .transaction()
              .execute(
                  status -> {
                    store.jobs().lockAdmission();
                    requirePlaces(jobs);
                    return addition.get();
                  });
      queue.wake();
      return added;
    } finally {
      admission.unlock();
    }
  }

  private void requireMemory(TrainingConfig config, DatasetInfo dataset) {
    memory
        .refusal(config, dataset)
        .ifPresent(
            reason -> {
              throw new TooLittleMemoryException(reason);
            });
  }

  /** No version that a job needs is deleted; the transaction of a deletion sees the job's row. */
  private void hold(TrainingJob job) {
    String version = job.datasetVersion();
    if (version != null) {
      datasets.hold(job.config().dataset(), version);
    }
  }

  private DatasetInfo dataset(TrainingConfig config, @Nullable String version) {
    return datasets
        .info(config.dataset(), version)
        .orElseThrow(
            () ->
                new UnknownDatasetException(
                    datasets.list().stream().map(DatasetInfo::name).toList()));
  }

  private void requirePlaces(int jobs) {
    long waiting = store.jobs().count(JobFilter.of(JobStatus.QUEUED));
    if (waiting + jobs > capacity) {
      throw new QueueFullException(waiting, jobs, Duration.ofSeconds(untilNextPlace()));
    }
  }

  private long untilNextPlace() {
    return store.jobs().unfinished().stream()
        .map(TrainingJob::etaSeconds)
        .filter(Objects::nonNull)
        .mapToLong(eta -> Math.min(LONGEST_WAIT, Math.max(1, eta)))
        .min()
        .orElse(UNKNOWN_WAIT);
  }

  @Override
  public JobSnapshot get(String id) {
    return snapshots(List.of(require(id))).get(0);
  }

  @Override
  public JobPage list(JobQuery query) {
    long total = store.jobs().count(query.filter());
    return new JobPage(snapshots(store.jobs().list(query)), total);
  }

  @Override
  public List<JobSnapshot> running() {
    return snapshots(
        store.jobs().unfinished().stream()
            .filter(job -> job.status() == JobStatus.RUNNING)
            .toList());
  }

  private List<JobSnapshot> snapshots(List<TrainingJob> jobs) {
    List<String> ids = jobs.stream().map(TrainingJob::id).toList();
    Map<String, EpochMetrics> latest = store.epochs().latest(ids);
    Map<String, EpochMetrics> best = store.epochs().best(ids);
    return jobs.stream()
        .map(job -> new JobSnapshot(job, latest.get(job.id()), best.get(job.id())))
        .toList();
  }

  @Override
  public List<EpochMetrics> epochs(String id, int after) {
    require(id);
    return store.epochs().epochs(id, after);
  }

  @Override
  public List<CheckpointFile> checkpoints(String id) {
    require(id);
    return store.epochs().checkpoints(id);
  }

  @Override
  public JobSnapshot cancel(String id) {
    // Retry if the job's status changed between the read and the write. It changes a few times at
    // most.
    while (!tryCancel(require(id))) {
      Thread.onSpinWait();
    }
    return get(id);
  }

  private boolean tryCancel(TrainingJob job) {
    TrainingJob cancelled = job.cancelled(store.jobs().now());
    if (job.status() != JobStatus.RUNNING) {
      // In one transaction, so that a job that is resumed in between keeps its queue entry.
      return store.transaction().execute(status -> takeOut(job, cancelled));
    }
    return ask(job, StopRequest.CANCEL);
  }

  @Override
  public JobSnapshot pause(String id) {
    while (!tryPause(require(id))) {
      Thread.onSpinWait();
    }
    return get(id);
  }

  private boolean tryPause(TrainingJob job) {
    TrainingJob paused = job.paused();
    if (job.status() != JobStatus.RUNNING) {
      return store.transaction().execute(status -> takeOut(job, paused));
    }
    return ask(job, StopRequest.PAUSE);
  }

  private boolean ask(TrainingJob job, StopRequest request) {
    boolean asked = store.transaction().execute(status -> request(job, request));
    if (asked) {
      running.stop(job.id(), request);
    }
    return asked;
  }

  private boolean request(TrainingJob job, StopRequest request) {
    boolean asked = store.jobs().request(job.id(), request);
    if (asked) {
      store.events().log(job.id(), LogLines.requested(request));
    }
    return asked;
  }

  /** Takes a job out of the queue; false if it has changed. */
  private boolean takeOut(TrainingJob job, TrainingJob to) {
    StopRequest request =
        to.status() == JobStatus.CANCELLED ? StopRequest.CANCEL : StopRequest.PAUSE;
    boolean done = store.move(job, to, LogLines.requested(request));
    if (done) {
      queue.unschedule(job.id());
    }
    return done;
  }

  @Override
  public JobSnapshot resume(String id) {
    while (!tryResume(require(id))) {
      Thread.onSpinWait();
    }
    return get(id);
  }

  private boolean tryResume(TrainingJob job) {
    TrainingJob resumed = job.resumed();
    datasets
        .info(job.config().dataset(), job.datasetVersion())
        .ifPresent(dataset -> requireMemory(job.config(), dataset));
    return addIfRoom(
        1,
        () -> {
          hold(job);
          boolean done = store.jobs().move(job, resumed);
          if (done) {
            store.events().log(job.id(), "A user resumed the job.");
            // With the priority in the row, which can't change until this transaction ends.
            queue.scheduleNow(require(job.id()));
          }
          return done;
        });
  }

  @Override
  public JobSnapshot change(String id, @Nullable String name, @Nullable Integer priority) {
    store
        .transaction()
        .executeWithoutResult(
            status -> {
              TrainingJob job =
                  store.jobs().locked(id).orElseThrow(() -> new UnknownJobException(id));
              if (priority != null) {
                job.requireUnended();
                queue.prioritize(id, priority);
              }
              store.jobs().change(id, name, priority);
              if (priority != null) {
                store.events().log(id, "A user changed the priority to %d.".formatted(priority));
              }
            });
    queue.wake();
    return get(id);
  }

  @Override
  public void delete(String id) {
    TrainingJob job = require(id);
    if (!job.status().ended()) {
      throw new IllegalMoveException(
          "The job %s is %s; cancel it or wait until it ends, then delete it."
              .formatted(id, job.status()));
    }
    // In one transaction. If the files can't be taken away, the job stays as it is and can be
    // deleted again. A job that is resumed in between keeps its files.
    try {
      store.transaction().executeWithoutResult(status -> deleteEnded(id));
    } catch (RuntimeException e) {
      restore(id, e);
      throw e;
    }
    store.folders().deleteRemoved(this::isKnown);
  }

  /** After a commit that failed for us the job may be gone all the same. */
  private void restore(String id, RuntimeException failure) {
    try {
      if (isKnown(id)) {
        store.folders().restore(id);
      }
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e); // the next attempt restores them
    }
  }

  private boolean isKnown(String id) {
    return store.jobs().find(id).isPresent();
  }

  private void deleteEnded(String id) {
    if (!store.jobs().delete(id)) {
      throw new IllegalMoveException("The job %s has just been resumed or deleted.".formatted(id));
    }
    try {
      store.folders().remove(id);
    } catch (IOException e) {
      throw new UncheckedIOException("The files of job " + id + " could not be deleted", e);
    }
  }

  @Override
  public Map<JobStatus, Long> countByStatus() {
    return store.jobs().countByStatus();
  }

  private TrainingJob require(String id) {
    return store.jobs().find(id).orElseThrow(() -> new UnknownJobException(id));
  }
}
