package dev.resnet.jobs;

import static dev.resnet.jobs.JobRows.column;

import dev.resnet.data.DatasetUse;
import dev.resnet.engine.EngineDescription;
import dev.resnet.training.checkpoint.Promotion;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The rows of the jobs. A worker's write names its attempt; it has an effect only while that
 * attempt owns the job.
 */
final class TrainingJobRepository {
  private final JdbcClient jdbc;
  private final Clock clock;
  private final JobEvents events;

  TrainingJobRepository(JdbcClient jdbc, Clock clock) {
    this(jdbc, clock, new JobEvents(jdbc, clock, 1000));
  }

  TrainingJobRepository(JdbcClient jdbc, Clock clock, JobEvents events) {
    this.jdbc = jdbc;
    this.clock = clock;
    this.events = events;
  }

  /** Transitions are added to these events, in the same transaction. */
  JobEvents events() {
    return events;
  }

  /** The time in microseconds, the precision of both databases. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  void insert(TrainingJob job) {
    jdbc.sql(
            """
            insert into training_job (id, name, model, status, stack_n, dataset, dataset_version, config,
              parameters,
              attempt, crashes, epoch, iteration, iterations, updated_at, created_at,
              promote, priority, sweep_id)
            values (:id, :name, :model, :status, :stackN, :dataset, :datasetVersion, :config,
              :parameters,
              :attempt, :crashes, 0, 0, :iterations, :createdAt, :createdAt,
              :promote, :priority, :sweep)
            """)
        .param("id", job.id())
        .param("name", job.name())
        .param("model", job.model())
        .param("status", job.status().name())
        .param("stackN", job.config().stackN())
        .param("dataset", job.config().dataset())
        .param("datasetVersion", job.datasetVersion())
        .param("config", ConfigJson.write(job.config()))
        .param("parameters", job.parameters())
        .param("attempt", job.attempt())
        .param("crashes", job.crashes())
        .param("iterations", job.progress().iterations())
        .param("createdAt", column(job.createdAt()))
        .param("promote", job.promote().wireName())
        .param("priority", job.priority())
        .param("sweep", job.sweep())
        .update();
    events.status(job);
  }

  Optional<TrainingJob> find(String id) {
    return jdbc.sql("select * from training_job where id = :id")
        .param("id", id)
        .query((row, n) -> JobRows.job(row))
        .optional();
  }

  /**
   * Writes a transition, unless the job's status or what a user requested has changed since {@code
   * from} was read: then the caller has to read the job again and decide anew. Needs a transaction,
   * because the event is a second statement.
   */
  boolean move(TrainingJob from, TrainingJob to) {
    EngineDescription engine = to.engine();
    Promotion promotion = to.promotion();
    int updated =
        jdbc.sql(
                """
                update training_job set status = :status, attempt = :attempt, crashes = :crashes,
                  engine = :engine, engine_precision = :precision, engine_device = :device,
                  engine_reason = :reason, images_per_second = :speed, error = :error,
                  model_version = :version, promoted = :promoted,
                  promotion_reason = :promotionReason, started_at = :startedAt,
                  finished_at = :finishedAt, retries = :retries, last_error = :lastError,
                  next_attempt_at = :nextAttemptAt, held_for = null,
                  requested = :requested,
                  stop_reason = case when :keepsReason then stop_reason end,
                  updated_at = :now
                where id = :id and attempt = :fromAttempt and status = :fromStatus
                  and requested is not distinct from :fromRequested
                """)
            .param("status", to.status().name())
            .param("attempt", to.attempt())
            .param("crashes", to.crashes())
            .param("engine", engine == null ? null : engine.engine().wireName())
            .param("precision", engine == null ? null : engine.precision().wireName())
            .param("device", engine == null ? null : engine.device())
            .param("reason", engine == null ? null : engine.reason())
            .param("speed", to.progress().imagesPerSecond())
            .param("error", to.error())
            .param("version", to.modelVersion())
            .param("promoted", promotion == null ? null : promotion.promoted())
            .param("promotionReason", promotion == null ? null : promotion.reason())
            .param("startedAt", column(to.startedAt()))
            .param("finishedAt", column(to.finishedAt()))
            .param("retries", to.retry().count())
            .param("lastError", to.retry().lastError())
            .param("nextAttemptAt", column(to.retry().nextAttemptAt()))
            .param("requested", name(to.requested()))
            .param("keepsReason", keepsStopReason(to))
            .param("fromRequested", name(from.requested()))
            .param("now", column(now()))
            .param("id", from.id())
            .param("fromAttempt", from.attempt())
            .param("fromStatus", from.status().name())
            .update();
    if (updated == 1) {
      events.status(to);
    }
    return updated == 1;
  }

  /** Writes why queued jobs wait: one job or all. Needs a transaction, like {@link #move}. */
  void hold(Intake.Hold hold) {
    List<String> waiting =
        jdbc.sql(
                """
                select id from training_job where status = 'QUEUED'
                  and (held_for is null or held_for <> :reason) %s
                order by submission for update
                """
                    .formatted(hold.job() == null ? "" : "and id = :id"))
            .param("reason", hold.reason())
            .param("id", hold.job() == null ? "" : hold.job())
            .query(String.class)
            .list();
    for (String id : waiting) {
      jdbc.sql("update training_job set held_for = :reason where id = :id")
          .param("reason", hold.reason())
          .param("id", id)
          .update();
      events.log(id, LogLines.held(hold.reason()));
    }
  }

  /** Clears the reason why queued jobs wait. */
  void release() {
    jdbc.sql(
            "update training_job set held_for = null where status = 'QUEUED' and held_for is not null")
        .update();
  }

  /**
   * Keeps other processes from adding jobs until this transaction ends, so that the count of
   * waiting jobs stays correct.
   */
  void lockAdmission() {
    jdbc.sql("select id from job_admission for update").query(Integer.class).single();
  }

  /** A job, locked until this transaction ends; empty if it does not exist. */
  Optional<TrainingJob> locked(String id) {
    return jdbc.sql("select * from training_job where id = :id for update")
        .param("id", id)
        .query((row, n) -> JobRows.job(row))
        .optional();
  }

  /**
   * Asks the owner of a running job to stop; false if the job is no longer running, or a pause is
   * asked for and the job is to be cancelled. Needs a transaction, like {@link #move}.
   */
  boolean request(String id, StopRequest request) {
    int updated =
        jdbc.sql(
                "update training_job set requested = :request where id = :id and status = 'RUNNING'"
                    + " and (:request = 'CANCEL' or requested is null or requested = 'PAUSE')")
            .param("id", id)
            .param("request", request.name())
            .update();
    if (updated == 1) {
      find(id).ifPresent(events::status);
    }
    return updated == 1;
  }

  /** A user who resumes the job overrules what stopped it. */
  private static boolean keepsStopReason(TrainingJob job) {
    return job.status() == JobStatus.CANCELLED
        || job.status().inQueue() && job.requested() == StopRequest.CANCEL;
  }

  private static @Nullable String name(@Nullable StopRequest request) {
    return request == null ? null : request.name();
  }

  /** The engine is ready and continues from this progress. */
  void started(TrainingJob job, EngineDescription engine, JobProgress progress) {
    int updated =
        jdbc.sql(
                """
                update training_job set engine = :engine, engine_precision = :precision,
                  engine_device = :device, engine_reason = :reason, epoch = :epoch,
                  iteration = :iteration, train_loss = null, train_accuracy = null,
                  images_per_second = null, updated_at = :now
                where id = :id and attempt = :attempt and status = 'RUNNING'
                """)
            .param("engine", engine.engine().wireName())
            .param("precision", engine.precision().wireName())
            .param("device", engine.device())
            .param("reason", engine.reason())
            .param("epoch", progress.epoch())
            .param("iteration", progress.iteration())
            .param("now", column(now()))
            .param("id", job.id())
            .param("attempt", job.attempt())
            .update();
    requireOwned(job, updated);
  }

  void progressed(TrainingJob job, JobProgress progress) {
    requireOwned(job, updateProgress(job, progress, ""));
  }

  /** The job has come further than ever, so earlier crashes and retries no longer count. */
  void advanced(TrainingJob job, JobProgress progress) {
    requireOwned(
        job, updateProgress(job, progress, "crashes = 0, retries = 0, last_error = null,"));
  }

  private int updateProgress(TrainingJob job, JobProgress progress, String more) {
    return jdbc.sql(
            """
            update training_job set %s epoch = :epoch, iteration = :iteration,
              iterations = :iterations, train_loss = :loss, train_accuracy = :accuracy,
              images_per_second = :speed, updated_at = :now
            where id = :id and attempt = :attempt and status = 'RUNNING'
            """
                .formatted(more))
        .param("epoch", progress.epoch())
        .param("iteration", progress.iteration())
        .param("iterations", progress.iterations())
        .param("loss", progress.trainLoss())
        .param("accuracy", progress.trainAccuracy())
        .param("speed", progress.imagesPerSecond())
        .param("now", column(now()))
        .param("id", job.id())
        .param("attempt", job.attempt())
        .update();
  }

  private static void requireOwned(TrainingJob job, int updated) {
    if (updated == 0) {
      throw new LostAttemptException(job.id(), job.attempt());
    }
  }

  List<TrainingJob> list(JobQuery query) {
    return new JobSearch(jdbc).list(query);
  }

  long count(JobFilter filter) {
    return new JobSearch(jdbc).count(filter);
  }

  /**
   * Renames a job or moves it in the queue.
   *
   * @param name null to keep it
   * @param priority null to keep it
   */
  void change(String id, @Nullable String name, @Nullable Integer priority) {
    if (name != null) {
      set(id, "name", name);
    }
    if (priority != null) {
      set(id, "priority", priority);
    }
  }

  private void set(String id, String column, Object value) {
    jdbc.sql(
            "update training_job set %s = :value, updated_at = :now where id = :id"
                .formatted(column))
        .param("value", value)
        .param("now", column(now()))
        .param("id", id)
        .update();
  }

  /** The highest priority of the jobs that may start now; empty if there is none. */
  Optional<Integer> highestWaiting() {
    return jdbc.sql(
            """
            select max(priority) as highest from training_job where status = 'QUEUED'
              and (next_attempt_at is null or next_attempt_at <= :now) having count(*) > 0
            """)
        .param("now", column(now()))
        .query(Integer.class)
        .optional();
  }

  Map<JobStatus, Long> countByStatus() {
    Map<JobStatus, Long> counts = new EnumMap<>(JobStatus.class);
    for (JobStatus status : JobStatus.values()) {
      counts.put(status, 0L);
    }
    jdbc.sql("select status, count(*) as jobs from training_job group by status")
        .query(
            row -> {
              counts.put(JobStatus.valueOf(row.getString("status")), row.getLong("jobs"));
            });
    return counts;
  }

  /** Queued and running jobs, in order of submission. */
  List<TrainingJob> unfinished() {
    return jdbc.sql(
            "select * from training_job where status in ('QUEUED', 'RUNNING') order by submission")
        .query((row, n) -> JobRows.job(row))
        .list();
  }

  /** The waiting jobs whose next attempt is due. */
  List<TrainingJob> dueRetries() {
    return jdbc.sql(
            "select * from training_job where status = 'QUEUED' and next_attempt_at <= :now")
        .param("now", column(now()))
        .query((row, n) -> JobRows.job(row))
        .list();
  }

  /** The jobs that have not ended and need a version of an uploaded data set. */
  List<DatasetUse.User> users(String dataset) {
    return jdbc.sql(
            """
            select id, dataset_version from training_job
            where dataset = ? and dataset_version is not null
              and status in ('QUEUED', 'RUNNING', 'PAUSED') order by submission
            """)
        .param(dataset)
        .query(
            (row, n) ->
                new DatasetUse.User("job " + row.getString("id"), row.getString("dataset_version")))
        .list();
  }

  /** Which attempt owns a running job, and what a user requested. */
  record Ownership(String id, int attempt, @Nullable StopRequest requested) {}

  List<Ownership> ownership(Collection<String> ids) {
    return jdbc.sql(
            "select id, attempt, requested from training_job where status = 'RUNNING' and id in (:ids)")
        .param("ids", ids)
        .query(
            (row, n) ->
                new Ownership(row.getString("id"), row.getInt("attempt"), JobRows.requested(row)))
        .list();
  }

  /** Deletes an ended job with its epochs and checkpoints; false if it has not ended. */
  boolean delete(String id) {
    return jdbc.sql(
                "delete from training_job where id = :id and status in ('SUCCEEDED', 'FAILED', 'CANCELLED')")
            .param("id", id)
            .update()
        == 1;
  }
}
