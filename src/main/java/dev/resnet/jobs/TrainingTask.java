package dev.resnet.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceCurrentlyExecutingException;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceNotFoundException;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * The queue of jobs, on the job database itself; the only class that knows db-scheduler.
 *
 * <p>An entry is the id of a job, due at the time of its submission: the oldest one comes first,
 * also after a crash or a shutdown.
 */
final class TrainingTask implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingTask.class);
  private static final String NAME = "training-job";

  /** An attempt counts as dead after so many heartbeats; db-scheduler takes no fewer. */
  private static final int MISSED_HEARTBEATS = 4;

  /** Polls until the next try where the database went away under an attempt. */
  private static final int POLLS_UNTIL_RETRY = 10;

  private final JobStore store;
  private final TrainingJobRepository jobs;
  private final JobRunner runner;
  private final Intake intake;
  private final RunningJobs running;
  private final JobsProperties settings;
  private final JdbcClient jdbc;
  private final Role role;
  private final boolean soleProcess;
  private final CustomTask<Void> task;
  private final Scheduler scheduler;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            var thread = new Thread(work, "jobs-watch");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean started;
  private final DatabaseContact contact;
  private boolean held;
  private boolean reachable = true;

  /**
   * @param role whether this process takes jobs out of the queue, or only puts them in
   * @param soleProcess no other process can use this database, so whatever is marked as being
   *     executed at the start was left behind by a process that died
   */
  TrainingTask(
      DataSource dataSource,
      JobStore store,
      JobRunner runner,
      Intake intake,
      RunningJobs running,
      JobsProperties settings,
      Role role,
      boolean soleProcess) {
    this.store = store;
    this.jobs = store.jobs();
    this.runner = runner;
    this.intake = intake;
    this.running = running;
    this.settings = settings;
    this.jdbc = JdbcClient.create(dataSource);
    this.role = role;
    this.soleProcess = soleProcess;
    this.contact =
        new DatabaseContact(
            settings.heartbeat().multipliedBy(MISSED_HEARTBEATS),
            settings.heartbeat().plus(settings.pollInterval().multipliedBy(2)));
    Duration retry = settings.pollInterval().multipliedBy(POLLS_UNTIL_RETRY);
    this.task =
        Tasks.custom(NAME, Void.class)
            .onDeadExecution(this::takeOver)
            .onFailure(
                (complete, queue) -> queue.reschedule(complete, complete.getTimeDone().plus(retry)))
            .execute(this::execute);
    this.scheduler =
        // Entries join the transaction that writes the job's row.
        Scheduler.create(new TransactionAwareDataSourceProxy(dataSource), task)
            .schedulerName(new SchedulerName.Fixed("resnet-" + UUID.randomUUID()))
            .threads(settings.slots())
            .pollingInterval(settings.pollInterval())
            .heartbeatInterval(settings.heartbeat())
            .missedHeartbeatsLimit(MISSED_HEARTBEATS)
            .shutdownMaxWait(settings.shutdownWait())
            .failureLogging(LogLevel.ERROR, true)
            .build();
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> entry, ExecutionContext context) {
    JobRunner.Next next = runner.run(entry.getId());
    if (next != JobRunner.Next.HELD) {
      wakeHeld();
    }
    return switch (next) {
      case DONE -> (complete, queue) -> settle(complete, queue, jobs.now());
      case AGAIN ->
          (complete, queue) -> settle(complete, queue, complete.getExecution().executionTime);
      case HELD -> {
        // The order of the queue stays: nothing is taken out of it until this entry can be.
        hold();
        yield this::again;
      }
      case LOST -> (complete, queue) -> LOG.debug("The entry {} is another worker's", entry);
    };
  }

  private synchronized void hold() {
    held = true;
    scheduler.pause();
  }

  private void again(ExecutionComplete complete, ExecutionOperations<Void> queue) {
    queue.reschedule(complete, complete.getExecution().executionTime);
  }

  /**
   * Keeps the entry where the job is queued, else removes it. The row decides, not what the run
   * said: a person may have cancelled or resumed the job since, and left this entry to us.
   *
   * @param due unless the row says when the job is to be retried
   */
  private void settle(ExecutionComplete complete, ExecutionOperations<Void> queue, Instant due) {
    String job = complete.getExecution().getId();
    store
        .transaction()
        .executeWithoutResult(
            status ->
                jobs.locked(job)
                    .filter(row -> row.status() == JobStatus.QUEUED)
                    .map(row -> Optional.ofNullable(row.retry().nextAttemptAt()).orElse(due))
                    .ifPresentOrElse(at -> queue.reschedule(complete, at), queue::remove));
  }

  private void takeOver(ExecutionComplete complete, ExecutionOperations<Void> queue) {
    String job = complete.getExecution().getId();
    if (running.runs(job)) {
      // The database was away, so that no heartbeat could be written. The next one will be.
      LOG.info("Job {} runs here and goes on", job);
    } else if (!contact.isSteady(System.nanoTime())) {
      LOG.info("The database was away: job {} is left to its worker for a while", job);
    } else {
      again(complete, queue);
    }
  }

  /** Puts a job into the queue, within the caller's transaction. */
  void schedule(String job, Instant due) {
    scheduler.scheduleIfNotExists(task.instance(job), due);
  }

  /**
   * Puts a job into the queue, to be taken up now even where an entry is left that waits for a
   * retry. One whose handler is just ending is left to that.
   */
  void scheduleNow(String job) {
    Instant now = jobs.now();
    if (!scheduler.scheduleIfNotExists(task.instance(job), now)) {
      try {
        scheduler.reschedule(TaskInstanceId.of(NAME, job), now);
      } catch (TaskInstanceNotFoundException | TaskInstanceCurrentlyExecutingException e) {
        LOG.debug("The entry of job {} is not waiting", job, e);
      }
    }
  }

  /** Takes a job out of the queue; one that is just being taken up sees its row instead. */
  void unschedule(String job) {
    try {
      scheduler.cancel(TaskInstanceId.of(NAME, job));
    } catch (TaskInstanceNotFoundException | TaskInstanceCurrentlyExecutingException e) {
      LOG.debug("The entry of job {} is not waiting any more", job, e);
    }
  }

  /** Looks at the queue now rather than at the next poll. */
  void wake() {
    scheduler.triggerCheckForDueExecutions();
  }

  /**
   * Where other processes train, the queue is never polled here; it can be written to all the same.
   */
  @Override
  public boolean isAutoStartup() {
    return role.trains();
  }

  @Override
  public void start() {
    if (soleProcess) {
      int freed =
          jdbc.sql(
                  """
                  update scheduled_tasks set picked = false, picked_by = null, last_heartbeat = null,
                    version = version + 1 where task_name = :name and picked
                  """)
              .param("name", NAME)
              .update();
      if (freed > 0) {
        LOG.info("{} jobs were running when the last process ended; they go on", freed);
      }
    }
    jobs.unfinished().forEach(job -> schedule(job.id(), job.due()));
    scheduler.start();
    long interval = settings.pollInterval().toMillis();
    watch.scheduleWithFixedDelay(this::poll, interval, interval, TimeUnit.MILLISECONDS);
    started = true;
  }

  private void poll() {
    try {
      running.poll();
      lookAgain();
      jdbc.sql("select 1").query(Integer.class).single();
      contact.answered(System.nanoTime());
      if (!reachable) {
        LOG.info("The database can be asked again what is to be cancelled");
      }
      reachable = true;
    } catch (RuntimeException e) {
      // An exception would end the polling for good; the next second may reach the database again.
      if (reachable) { // once, not every second
        LOG.warn("Could not look up what is to be cancelled: {}", e.toString());
      }
      reachable = false;
    }
  }

  /** Goes on with the queue once whatever held its first job is gone. */
  private synchronized void lookAgain() {
    if (!held) {
      return;
    }
    intake.look().ifPresentOrElse(jobs::hold, this::goOn);
  }

  /** The end of a job may have made room for the next. */
  private void wakeHeld() {
    try {
      lookAgain();
    } catch (RuntimeException e) {
      LOG.debug("The next poll looks again", e);
    }
  }

  private void goOn() {
    jobs.release();
    held = false;
    scheduler.resume();
    wake();
  }

  /** Stops the trainings within one batch and waits until their jobs are back in the queue. */
  @Override
  public void stop() {
    running.shutDown();
    scheduler.stop();
    watch.shutdownNow();
    started = false;
  }

  @Override
  public boolean isRunning() {
    return started;
  }
}
