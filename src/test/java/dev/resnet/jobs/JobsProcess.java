package dev.resnet.jobs;

import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/** The module as one process has it, put together on a database and a volume. */
final class JobsProcess implements AutoCloseable {
  static final JobsProperties SETTINGS = settings(1, 100, 10, Duration.ofSeconds(4));

  final ScriptedTraining training = new ScriptedTraining();
  final TestDatasets datasets = new TestDatasets();
  final List<TrainedModel> registered = new CopyOnWriteArrayList<>();
  final JobStore store;
  final RunningJobs running;
  final TrainingTask task;
  final TrainingJobs jobs;

  JobsProcess(DataSource dataSource, Path home, JobsProperties settings, boolean soleProcess) {
    var jdbc = JdbcClient.create(dataSource);
    var folders = new JobFolders(home);
    store =
        new JobStore(
            new TrainingJobRepository(jdbc, Clock.systemUTC()),
            new EpochRepository(jdbc, folders),
            new TransactionTemplate(new JdbcTransactionManager(dataSource)),
            folders);
    running = new RunningJobs(store.jobs());
    var runner =
        new JobRunner(store, running, datasets, training, this::register, settings.maxAttempts());
    task =
        new TrainingTask(
            dataSource, store.jobs(), runner, running, settings, Role.ALL, soleProcess);
    jobs =
        new DurableTrainingJobs(
            store,
            task,
            running,
            datasets,
            (config, dataset) ->
                config.stackN() > 100
                    ? Optional.of("It would take 70 GB; there are 8 GB.")
                    : Optional.empty(),
            settings.queueCapacity());
  }

  static JobsProperties settings(int slots, int capacity, int maxAttempts, Duration heartbeat) {
    return new JobsProperties(
        slots,
        capacity,
        maxAttempts,
        heartbeat,
        Duration.ofMillis(20),
        Duration.ofSeconds(10),
        DataSize.ofBytes(0),
        new JobsProperties.Limits(200, 10000, 4096, 100, DataSize.ofKilobytes(64)));
  }

  /** Idempotent on the job, as the real one. */
  private RegisteredModel register(TrainedModel model, Promote promote) {
    if (registered.stream().noneMatch(known -> known.jobId().equals(model.jobId()))) {
      registered.add(model);
    }
    return TestJobs.registered(registered.size());
  }

  JobsProcess start() {
    task.start();
    return this;
  }

  TrainingJob job(String id) {
    return jobs.find(id).orElseThrow().job();
  }

  String submit(int epochs) {
    return jobs.submit(TestJobs.request(epochs)).job().id();
  }

  @Override
  public void close() {
    if (task.isRunning()) {
      task.stop();
    }
  }
}
