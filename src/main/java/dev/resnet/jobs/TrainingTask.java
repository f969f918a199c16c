package dev.resnet.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * The job queue, stored in the same database as the jobs. The only class that uses db-scheduler.
 *
 * <p>An entry is a job id, due at the job's submission time, with the job's priority. So of the
 * jobs with the highest priority the oldest comes first, also after a crash or a shutdown.
 */
final class TrainingTask implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingTask.class);
  private static final String NAME = "training-job";
  private static final AtomicInteger THREADS = new AtomicInteger();

  /** Missed heartbeats after which an attempt counts as dead; db-scheduler's minimum. */
  private static final int MISSED_HEARTBEATS = 4;

  /** Polls to wait before a retry, if the database became unavailable during an attempt. */
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
   * @param role whether this process runs queued jobs, or only adds them
   * @param soleProcess no other process can use this database, so entries that are marked as
   *     running at the start belong to a process that died
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
        // Queue entries are written in the same transaction as the job's row.
        Scheduler.create(new TransactionAwareDataSourceProxy(dataSource), task)
            // Processes compare the times of each other's heartbeats.
            .clock(jobs::now)
            .schedulerName(new SchedulerName.Fixed("resnet-" + UUID.randomUUID()))
            .threads(settings.slots())
            .executorService(slots(settings.slots()))
            .enablePriority()
            .pollingInterval(settings.pollInterval())
            .heartbeatInterval(settings.heartbeat())
            .missedHeartbeatsLimit(MISSED_HEARTBEATS)
            .shutdownMaxWait(settings.shutdownWait())
            .failureLogging(LogLevel.ERROR, true)
            .build();
  }

  /**
   * One thread for each slot. Each poll offers at most three entries for each slot, in the order of
   * the queue at that time, and db-scheduler skips those of earlier polls. Only those of the newest
   * poll are kept: else a training of days would leave hundreds of thousands of them in memory.
   */
  private static ExecutorService slots(int slots) {
    return new ThreadPoolExecutor(
        slots,
        slots,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(3 * slots),
        work -> new Thread(work, "training-" + THREADS.incrementAndGet()),
        new ThreadPoolExecutor.DiscardOldestPolicy());
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> entry, ExecutionContext context) {
    JobRunner.Next next = runner.run(entry.getId());
    if (next != JobRunner.Next.HELD) {
      wakeIfHeld();
    }
    return switch (next) {
      case DONE -> (complete, queue) -> settle(complete, queue, jobs.now());
      case AGAIN ->
          (complete, queue) -> settle(complete, queue, complete.getExecution().executionTime);
      case HELD -> {
        // Keep the order of the queue: no entry runs before this one.
        hold();
        yield this::again;
      }
      case LOST ->
          (complete, queue) -> LOG.debug("The queue entry {} belongs to another worker", entry);
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
   * Keeps the entry if the job is queued, else removes it. The row decides, not the outcome of the
   * run: a user may have cancelled or resumed the job since then.
   *
   * @param due next execution time, unless the row has the time of a retry
   */
  private void settle(ExecutionComplete complete, ExecutionOperations<Void> queue, Instant due) {
    String job = complete.getExecution().getId();
    store
        .transaction()
        .executeWithoutResult(
            status ->
                jobs.locked(job)
                    .ifPresentOrElse(row -> settle(complete, queue, row, due), queue::remove));
  }

  private static void settle(
      ExecutionComplete complete, ExecutionOperations<Void> queue, TrainingJob row, Instant due) {
    switch (row.status()) {
      case QUEUED ->
          queue.reschedule(complete, Optional.ofNullable(row.retry().nextAttemptAt()).orElse(due));
      case RUNNING -> LOG.debug("Job {} runs elsewhere, under its own entry", row.id());
      default -> queue.remove();
    }
  }

  private void takeOver(ExecutionComplete complete, ExecutionOperations<Void> queue) {
    String job = complete.getExecution().getId();
    if (running.runs(job)) {
      // No heartbeat could be written while the database was unavailable. The next one will be.
      LOG.info("Job {} runs here and continues", job);
    } else if (!contact.isSteady(System.nanoTime())) {
      LOG.info("The database was unavailable: job {} stays with its worker for now", job);
    } else {
      jobs.find(job)
          .filter(left -> left.status() == JobStatus.RUNNING)
          .ifPresent(
              left -> {
                LOG.warn("Job {} attempt {}: its process is dead", job, left.attempt());
                JobFault.TAKEOVER.count();
                runner.requeueAfterCrash(left);
              });
      again(complete, queue);
    }
  }

  /** Adds a job to the queue, within the caller's transaction. */
  void schedule(TrainingJob job, Instant due) {
    scheduler.scheduleIfNotExists(entry(job), due);
  }

  private TaskInstance<Void> entry(TrainingJob job) {
    return task.instanceBuilder(job.id()).priority(job.priority()).build();
  }

  /**
   * Adds a job to the queue, due now, even if an entry waits for a retry. An entry that is just
   * finishing decides by itself.
   */
  void scheduleNow(TrainingJob job) {
    Instant now = jobs.now();
    if (!scheduler.scheduleIfNotExists(entry(job), now)) {
      try {
        scheduler.reschedule(TaskInstanceId.of(NAME, job.id()), now);
      } catch (TaskInstanceException e) {
        LOG.debug("The entry of job {} is not waiting", job.id(), e);
      }
    }
  }

  /** Moves a job in the queue, within the caller's transaction; also for its next attempts. */
  void prioritize(String job, int priority) {
    jdbc.sql(
            "update scheduled_tasks set priority = :priority"
                + " where task_name = :name and task_instance = :job")
        .param("priority", priority)
        .param("name", NAME)
        .param("job", job)
        .update();
  }

  /** Removes a job from the queue. A job that is just starting reads its row instead. */
  void unschedule(String job) {
    try {
      scheduler.cancel(TaskInstanceId.of(NAME, job));
    } catch (TaskInstanceException e) { // also if it was taken between the look and the deletion
      LOG.debug("The entry of job {} is not waiting any more", job, e);
    }
  }

  /** Polls the queue now rather than at the next poll interval. */
  void wake() {
    scheduler.triggerCheckForDueExecutions();
  }

  /** A process that does not train never polls the queue, but can add to it. */
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
        LOG.info("{} jobs were running when the previous process ended; they continue", freed);
      }
      jobs.unfinished().stream()
          .filter(job -> job.status() == JobStatus.RUNNING)
          .forEach(
              left -> {
                JobFault.TAKEOVER.count();
                runner.requeueAfterCrash(left);
              });
    }
    jobs.unfinished().forEach(job -> schedule(job, job.due()));
    scheduler.start();
    long interval = settings.pollInterval().toMillis();
    watch.scheduleWithFixedDelay(this::poll, interval, interval, TimeUnit.MILLISECONDS);
    started = true;
  }

  private void poll() {
    try {
      running.poll();
      restoreAge();
      recheckQueue();
      jdbc.sql("select 1").query(Integer.class).single();
      contact.answered(System.nanoTime());
      if (!reachable) {
        LOG.info("Requests to pause or cancel can be read from the database again");
      }
      reachable = true;
    } catch (RuntimeException e) {
      // Catch everything: an exception would end the polling for good, and the next poll may
      // succeed.
      if (reachable) { // once, not every second
        LOG.warn("Could not read requests to pause or cancel from the database: {}", e.toString());
      }
      reachable = false;
    }
  }

  /**
   * A retry is due later than the job was submitted. Once it is due, the job has its old place in
   * the queue again.
   */
  private void restoreAge() {
    Instant now = jobs.now();
    for (TrainingJob job : jobs.dueRetries()) {
      jdbc.sql(
              """
              update scheduled_tasks set execution_time = :age where task_name = :name
                and task_instance = :job and not picked
                and execution_time > :age and execution_time <= :now
              """)
          .param("age", JobRows.column(job.createdAt()))
          .param("now", JobRows.column(now))
          .param("name", NAME)
          .param("job", job.id())
          .update();
    }
  }

  /** Continues with the queue once nothing holds its first job any more. */
  private synchronized void recheckQueue() {
    if (!held) {
      return;
    }
    intake.look().ifPresentOrElse(store::hold, this::continueQueue);
  }

  /** The end of a job may free memory for the next. */
  private void wakeIfHeld() {
    try {
      recheckQueue();
    } catch (RuntimeException e) {
      LOG.debug("The queue could not be checked; the next poll retries", e);
    }
  }

  private void continueQueue() {
    jobs.release();
    held = false;
    scheduler.resume();
    wake();
  }

  /** Stops running jobs within one batch and waits until they are back in the queue. */
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
