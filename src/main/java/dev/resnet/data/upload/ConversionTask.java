package dev.resnet.data.upload;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
 * The queue of conversions, in a table of its own: conversions and trainings neither wait for nor
 * see each other. One conversion at a time per process, because each uses all processors.
 */
final class ConversionTask implements SmartLifecycle, ConversionQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ConversionTask.class);
  private static final String NAME = "dataset-conversion";
  private static final String TABLE = "dataset_task";

  /** Missed heartbeats after which a conversion counts as dead; db-scheduler's minimum. */
  private static final int MISSED_HEARTBEATS = 4;

  private static final Duration RETRY = Duration.ofSeconds(10);
  private static final Duration SHUTDOWN_WAIT = Duration.ofSeconds(20);
  private static final Duration BETWEEN_SWEEPS = Duration.ofHours(12);

  private final DatasetRows rows;
  private final Conversion conversion;
  private final Clock clock;
  private final Removal removal;
  private final JdbcClient jdbc;
  private final boolean converts;
  private final boolean soleProcess;
  private final Instant began = Instant.now();
  private final CustomTask<Void> task;
  private final Scheduler scheduler;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            var thread = new Thread(work, "datasets-sweep");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean started;

  /**
   * @param converts whether this process converts, or only adds to the queue
   * @param soleProcess no other process can use this database, so entries that are marked as
   *     running at the start belong to a process that died
   * @param clock the same for all processes that share the database
   * @param heartbeat how often a process confirms that it still runs a conversion
   */
  ConversionTask(
      DataSource dataSource,
      DatasetStore store,
      Conversion conversion,
      boolean converts,
      boolean soleProcess,
      Duration heartbeat,
      Duration pollInterval,
      Clock clock) {
    this.rows = store.rows();
    this.removal = store.removal();
    this.conversion = conversion;
    this.clock = clock;
    this.jdbc = JdbcClient.create(dataSource);
    this.converts = converts;
    this.soleProcess = soleProcess;
    this.task =
        Tasks.custom(NAME, Void.class)
            .onDeadExecution((complete, queue) -> queue.reschedule(complete, clock.instant()))
            .onFailure((complete, queue) -> later(complete, queue))
            .execute(this::execute);
    this.scheduler =
        // Entries are written in the same transaction as the upload's row.
        Scheduler.create(new TransactionAwareDataSourceProxy(dataSource), task)
            .tableName(TABLE)
            .clock(clock::instant)
            .schedulerName(new SchedulerName.Fixed("resnet-" + UUID.randomUUID()))
            .threads(1)
            .pollingInterval(pollInterval)
            .heartbeatInterval(heartbeat)
            .missedHeartbeatsLimit(MISSED_HEARTBEATS)
            .shutdownMaxWait(SHUTDOWN_WAIT)
            .failureLogging(LogLevel.ERROR, true)
            .build();
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> entry, ExecutionContext context) {
    return switch (conversion.run(entry.getId())) {
      case DONE -> (complete, queue) -> queue.remove();
      case AGAIN ->
          (complete, queue) -> queue.reschedule(complete, complete.getExecution().executionTime);
      case LATER -> ConversionTask::later;
    };
  }

  private static void later(ExecutionComplete complete, ExecutionOperations<Void> queue) {
    queue.reschedule(complete, complete.getTimeDone().plus(RETRY));
  }

  @Override
  public void add(String upload) {
    scheduler.scheduleIfNotExists(task.instance(upload), clock.instant());
  }

  @Override
  public void wake() {
    scheduler.triggerCheckForDueExecutions();
  }

  @Override
  public boolean isAutoStartup() {
    return converts;
  }

  @Override
  public void start() {
    if (soleProcess) {
      jdbc.sql(
              """
              update dataset_task set picked = false, picked_by = null, last_heartbeat = null,
                version = version + 1 where picked
              """)
          .update();
    }
    rows.converting().forEach(upload -> add(upload.id()));
    scheduler.start();
    if (soleProcess) {
      // Nobody else writes here, so what is older than this process was left by an earlier one.
      sweeper.execute(() -> sweep(() -> removal.sweep(began)));
    }
    sweeper.scheduleWithFixedDelay(
        () -> sweep(removal::sweep), 0, BETWEEN_SWEEPS.toMinutes(), TimeUnit.MINUTES);
    started = true;
  }

  @FunctionalInterface
  private interface Sweep {
    void run() throws IOException;
  }

  private void sweep(Sweep sweep) {
    try {
      sweep.run();
    } catch (IOException | RuntimeException e) {
      // Everything: an exception would end the sweeping for good.
      LOG.warn("Left files of data sets could not be looked for: {}", e.toString());
    }
  }

  /** Ends a running conversion; the next start begins it again. */
  @Override
  public void stop() {
    conversion.stop();
    scheduler.stop();
    sweeper.shutdownNow();
    started = false;
  }

  @Override
  public boolean isRunning() {
    return started;
  }
}
