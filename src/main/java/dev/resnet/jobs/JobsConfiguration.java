package dev.resnet.jobs;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetUse;
import dev.resnet.database.DatabaseClock;
import dev.resnet.database.SoleProcess;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.Trainer;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import dev.resnet.training.checkpoint.TrainedNetworks;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The module's beans. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({EventsProperties.class, JobLogProperties.class})
class JobsConfiguration {

  @Bean
  Role role(Environment environment) {
    return Role.of(environment);
  }

  @Bean
  JobStore jobStore(
      DataSource dataSource,
      PlatformTransactionManager transactions,
      JobLogProperties log,
      DatabaseClock clock,
      @Value("${resnet.home}") String home) {
    // Not injected as a Path: Spring would look for a relative one on the class path first.
    var folders = new JobFolders(Path.of(home).toAbsolutePath().normalize());
    var jdbc = JdbcClient.create(dataSource);
    return new JobStore(
        new TrainingJobRepository(jdbc, clock, new JobEvents(jdbc, clock, log.logLines())),
        new EpochRepository(jdbc, folders),
        new TransactionTemplate(transactions),
        folders);
  }

  @Bean
  JobEvents jobEvents(JobStore store) {
    return store.events();
  }

  @Bean
  JobWatch jobWatch(JobEvents events, EventsProperties settings) {
    return new JobWatch(events, settings.pollInterval());
  }

  @Bean
  MeterBinder jobFaults() {
    return JobFault::register;
  }

  @Bean
  DatasetUse datasetUse(JobStore store) {
    return store.jobs()::users;
  }

  @Bean
  SweepJobs sweepJobs(DataSource dataSource, JobStore store) {
    return new SweepJobs(JdbcClient.create(dataSource), store);
  }

  @Bean
  RunningJobs runningJobs(JobStore store) {
    return new RunningJobs(store.jobs());
  }

  @Bean
  Training training(DatabaseClock clock, TrainingProperties settings) {
    return new Trainer(clock, settings.checkpoints())::train;
  }

  @Bean
  EngineCheck engineCheck(Role role) {
    // The engine matters only on the machine that trains.
    return role.trains() ? new LocalEngines() : (engine, precision) -> Optional.empty();
  }

  @Bean
  MemoryCheck memoryCheck(Role role, JobsProperties settings) {
    // So does the memory, but a configured limit applies in every role.
    return role.trains() || settings.memoryLimit().toBytes() > 0
        ? new PhysicalMemoryCheck(settings.memoryLimit())
        : (config, dataset) -> Optional.empty();
  }

  @Bean
  IntakeCheck engineIntakeCheck(EngineCheck engines) {
    return () -> {
      try {
        return engines
            .refusal(EngineName.AUTO, Precision.AUTO)
            .map(reason -> "an engine that can run here: " + reason);
      } catch (LinkageError e) {
        return Optional.of("the native libraries, which can't be loaded: " + e);
      }
    };
  }

  @Bean
  Intake intake(
      JobStore store,
      ObjectProvider<IntakeCheck> checks,
      MemoryCheck memory,
      DatasetCatalog datasets) {
    return new Intake(store.jobs(), checks.orderedStream().toList(), memory, datasets);
  }

  @Bean
  JobRunner jobRunner(
      JobStore store,
      RunningJobs running,
      Intake intake,
      DatasetCatalog datasets,
      Training training,
      TrainedModelReceiver receiver,
      MemoryCheck memory,
      Role role,
      JobsProperties settings,
      JobLogProperties log) {
    // Another process accepted the jobs that a worker runs.
    Training checked =
        role == Role.WORKER ? new MemoryCheckedTraining(training, datasets, memory) : training;
    return new JobRunner(
        store, running, intake, datasets, checked, receiver, settings, log.worker());
  }

  @Bean
  TrainingTask trainingTask(
      DataSource dataSource,
      JobStore store,
      JobRunner runner,
      Intake intake,
      RunningJobs running,
      JobsProperties settings,
      Role role,
      @Value("${spring.datasource.url:}") String url)
      throws SQLException {
    boolean soleProcess = SoleProcess.uses(dataSource, url);
    if (soleProcess && role != Role.ALL) {
      throw new InvalidConfigurationPropertyValueException(
          Role.PROPERTY,
          role.wireName(),
          "The embedded database supports one process only, so no other process could %s. Set"
                  .formatted(role == Role.API ? "train its jobs" : "give it jobs")
              + " spring.datasource.url (SPRING_DATASOURCE_URL) to a PostgreSQL database that"
              + " all processes share, or leave resnet.role at 'all'.");
    }
    return new TrainingTask(
        dataSource, store, runner, intake, running, settings, role, soleProcess);
  }

  @Bean
  TrainingEstimates trainingEstimates(
      JobStore store, DatasetCatalog datasets, MemoryCheck memory, EngineCheck engines) {
    return new TrainingEstimates(store.epochs(), datasets, memory, engines);
  }

  @Bean
  StartingPoints startingPoints(JobStore store, DatasetCatalog datasets, TrainedNetworks networks) {
    return new StartingPoints(store, datasets, networks);
  }

  @Bean
  TrainingJobs trainingJobs(
      JobStore store,
      TrainingTask queue,
      RunningJobs running,
      DatasetCatalog datasets,
      StartingPoints starts,
      MemoryCheck memory,
      JobsProperties settings) {
    return new DurableTrainingJobs(
        store, queue, running, datasets, starts, memory, settings.queueCapacity());
  }

  @Bean
  EndedJobs endedJobs(JobStore store, TrainingJobs jobs, DataSource dataSource) {
    return new EndedJobs(store, jobs::delete, JdbcClient.create(dataSource));
  }
}
