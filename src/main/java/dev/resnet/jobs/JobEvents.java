package dev.resnet.jobs;

import static dev.resnet.jobs.JobRows.column;

import dev.resnet.jobs.JobEvent.Type;
import dev.resnet.training.EpochMetrics;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The rows of the jobs' events.
 *
 * <p>Clients continue after the last id that they got, so no event may appear with a lower id later
 * on. Therefore an event is added in a transaction that has inserted, updated or locked the job's
 * row before: the events of one job then get their ids in the order of the commits.
 */
public final class JobEvents {
  private final JdbcClient jdbc;
  private final Clock clock;
  private final int kept;
  private volatile Consumer<String> listener = job -> {};

  /**
   * @param kept newest log lines, and as many changes of the status, that are kept of each job. A
   *     job that is retried for months must not fill the database
   */
  JobEvents(JdbcClient jdbc, Clock clock, int kept) {
    this.jdbc = jdbc;
    this.clock = clock;
    this.kept = kept;
  }

  /** The job has this status now, or this request to stop. */
  public void status(TrainingJob job) {
    add(job.id(), Type.STATUS, now(), EventJson.status(job));
    deleteOld(job.id(), Type.STATUS);
  }

  /**
   * The job has completed an epoch. Safe to repeat, because a commit may have succeeded although
   * its answer was lost.
   */
  public void epoch(String job, EpochMetrics epoch) {
    String data = EventJson.epoch(epoch);
    if (!newest(job, Type.EPOCH).equals(Optional.of(data))) {
      add(job, Type.EPOCH, now(), data);
    }
  }

  /** Adds a sentence for people to the job's log. */
  public void log(String job, String message) {
    Instant now = now();
    add(job, Type.LOG, now, EventJson.log(now, message));
    deleteOld(job, Type.LOG);
  }

  /** In steps: H2 would run a subquery of the deletion again for each row. */
  private void deleteOld(String job, Type type) {
    long surplus = count(job, type) - kept;
    if (surplus <= 0) {
      return;
    }
    long last =
        jdbc.sql(
                """
                select id from training_event where job_id = :job and type = :type
                order by id limit 1 offset :before
                """)
            .param("job", job)
            .param("type", type.wireName())
            .param("before", surplus - 1)
            .query(Long.class)
            .single();
    jdbc.sql("delete from training_event where job_id = :job and type = :type and id <= :last")
        .param("job", job)
        .param("type", type.wireName())
        .param("last", last)
        .update();
  }

  private long count(String job, Type type) {
    return jdbc.sql("select count(*) from training_event where job_id = :job and type = :type")
        .param("job", job)
        .param("type", type.wireName())
        .query(Long.class)
        .single();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private void add(String job, Type type, Instant at, String data) {
    jdbc.sql(
            """
            insert into training_event (job_id, type, at, data) values (:job, :type, :at, :data)
            """)
        .param("job", job)
        .param("type", type.wireName())
        .param("at", column(at))
        .param("data", data)
        .update();
    afterCommit(job);
  }

  private void afterCommit(String job) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      listener.accept(job);
      return;
    }
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            listener.accept(job);
          }
        });
  }

  /** Calls this with a job's id after each commit of this process that added an event to it. */
  void listen(Consumer<String> newListener) {
    listener = newListener;
  }

  /** These jobs as they are now, without those that don't exist. */
  public List<JobState> states(Collection<String> jobs) {
    if (jobs.isEmpty()) {
      return List.of();
    }
    // One statement, so that a job's status and its newest event are of the same moment.
    return jdbc.sql(
            """
            select j.*,
              (select max(e.id) from training_event e where e.job_id = j.id) as last_event,
              (select max(p.epoch) from training_epoch p where p.job_id = j.id) as completed
            from training_job j where j.id in (:jobs)
            """)
        .param("jobs", jobs)
        .query(
            (row, n) ->
                new JobState(JobRows.job(row), row.getLong("last_event"), row.getInt("completed")))
        .list();
  }

  /**
   * A job as it is now.
   *
   * @throws UnknownJobException if there is no such job
   */
  public JobState state(String job) {
    return states(List.of(job)).stream()
        .findFirst()
        .orElseThrow(() -> new UnknownJobException(job));
  }

  /** The events after this one, in order; all if it is 0. */
  public List<JobEvent> after(String job, long id, int limit) {
    return jdbc.sql(
            """
            select id, type, at, data from training_event
            where job_id = :job and id > :after order by id limit :limit
            """)
        .param("job", job)
        .param("after", id)
        .param("limit", limit)
        .query((row, n) -> event(row))
        .list();
  }

  /** The job's log, oldest line first. */
  public List<JobEvent> log(String job) {
    return jdbc.sql(
            """
            select id, type, at, data from training_event
            where job_id = :job and type = :type order by id
            """)
        .param("job", job)
        .param("type", Type.LOG.wireName())
        .query((row, n) -> event(row))
        .list();
  }

  private static JobEvent event(ResultSet row) throws SQLException {
    return new JobEvent(
        row.getLong("id"),
        Type.of(row.getString("type")),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getString("data"));
  }

  private Optional<String> newest(String job, Type type) {
    return jdbc.sql(
            """
            select data from training_event where job_id = :job and type = :type
            order by id desc limit 1
            """)
        .param("job", job)
        .param("type", type.wireName())
        .query(String.class)
        .optional();
  }
}
