package dev.resnet.jobs;

import dev.resnet.data.DatasetInfo;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/** One process of the jobs module, on a given database and data directory. */
final class JobsProcess implements AutoCloseable {
  /** Settings with three retries and almost no waits. */
  static final JobsProperties.Retries QUICK =
      new JobsProperties.Retries(
          Duration.ofMillis(10), Duration.ofMillis(40), 3, Duration.ofMillis(5));

  static final JobsProperties SETTINGS = settings(1, 100, 10, Duration.ofSeconds(4));

  final ScriptedTraining training = new ScriptedTraining();
  final TestDatasets datasets = new TestDatasets();
  final List<TrainedModel> registered = new CopyOnWriteArrayList<>();

  /** Why no job may start; empty if jobs may start. */
  final AtomicReference<Optional<String>> missing = new AtomicReference<>(Optional.empty());

  /** Registers the jobs' models; tests replace it to make registration fail. */
  volatile Registration receiver = this::register;

  final JobStore store;
  final RunningJobs running;
  final TrainingTask task;
  final TrainingJobs jobs;
  final StartingPoints starts;

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
    var memory = new TestMemory(settings.memoryLimit().toBytes());
    var intake = new Intake(store.jobs(), List.of(missing::get), memory, datasets);
    var runner =
        new JobRunner(
            store, running, intake, datasets, training, new Models(), settings, "a-worker");
    starts = new StartingPoints(store, datasets, (model, version) -> Optional.empty());
    task =
        new TrainingTask(
            dataSource, store, runner, intake, running, settings, Role.ALL, soleProcess);
    jobs =
        new DurableTrainingJobs(
            store, task, running, datasets, starts, memory, settings.queueCapacity());
  }

  static JobsProperties settings(int slots, int capacity, int maxAttempts, Duration heartbeat) {
    return settings(slots, capacity, maxAttempts, heartbeat, 0, QUICK);
  }

  /**
   * Settings with the given memory and retries.
   *
   * @param memory bytes for all running jobs; a job takes one per image of its batch
   */
  static JobsProperties settings(int slots, long memory, JobsProperties.Retries retries) {
    return settings(slots, 100, 10, Duration.ofSeconds(4), memory, retries);
  }

  private static JobsProperties settings(
      int slots,
      int capacity,
      int maxAttempts,
      Duration heartbeat,
      long memory,
      JobsProperties.Retries retries) {
    return new JobsProperties(
        slots,
        capacity,
        maxAttempts,
        heartbeat,
        Duration.ofMillis(20),
        Duration.ofSeconds(10),
        DataSize.ofBytes(memory),
        retries,
        new JobsProperties.Limits(200, 10000, 4096, 100, DataSize.ofKilobytes(64)));
  }

  /** Whether to give up the last registration. */
  volatile BooleanSupplier stopRegistration = () -> false;

  /** Registers a model, and may fail. */
  interface Registration {
    RegisteredModel register(TrainedModel model, Promote promote) throws IOException;
  }

  private final class Models implements TrainedModelReceiver {
    @Override
    public RegisteredModel register(TrainedModel model, Promote promote, BooleanSupplier stop)
        throws IOException {
      stopRegistration = stop;
      return receiver.register(model, promote);
    }

    @Override
    public Optional<RegisteredModel> registered(String jobId) {
      return registered.stream()
          .filter(model -> model.jobId().equals(jobId))
          .findFirst()
          .map(model -> TestJobs.registered(registered.indexOf(model) + 1));
    }
  }

  /** Idempotent for a job, like the real registry. */
  RegisteredModel register(TrainedModel model, Promote promote) {
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
    return jobs.get(id).job();
  }

  String submit(int epochs) {
    return jobs.submit(TestJobs.request(epochs)).job().id();
  }

  /** A job takes one byte per image of a batch. */
  private record TestMemory(long limit) implements MemoryCheck {
    @Override
    public Optional<String> refusal(TrainingConfig config, DatasetInfo dataset) {
      return config.stackN() > 100
          ? Optional.of("It would take 70 GB; there are 8 GB.")
          : Optional.empty();
    }

    @Override
    public long needed(TrainingConfig config, DatasetInfo dataset) {
      return config.batchSize();
    }
  }

  @Override
  public void close() {
    if (task.isRunning()) {
      task.stop();
    }
  }
}
