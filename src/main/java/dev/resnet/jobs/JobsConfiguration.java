package dev.resnet.jobs;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.engine.Engines;
import dev.resnet.training.Trainer;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Puts the module together. */
@Configuration(proxyBeanMethods = false)
class JobsConfiguration {

  @Bean
  JobStore jobStore(
      DataSource dataSource,
      PlatformTransactionManager transactions,
      @Value("${resnet.home}") String home) {
    // Not injected as a Path: Spring would look for a relative one on the class path first.
    var folders = new JobFolders(Path.of(home).toAbsolutePath().normalize());
    var jdbc = JdbcClient.create(dataSource);
    return new JobStore(
        new TrainingJobRepository(jdbc, Clock.systemUTC()),
        new EpochRepository(jdbc, folders),
        new TransactionTemplate(transactions),
        folders);
  }

  @Bean
  RunningJobs runningJobs(JobStore store) {
    return new RunningJobs(store.jobs());
  }

  @Bean
  Training training() {
    return new Trainer(Clock.systemUTC())::train;
  }

  @Bean
  EngineCheck engineCheck() {
    return Engines::refusal;
  }

  @Bean
  MemoryCheck memoryCheck(JobsProperties settings) {
    return new PhysicalMemoryCheck(settings.memoryLimit());
  }

  @Bean
  JobRunner jobRunner(
      JobStore store,
      RunningJobs running,
      DatasetCatalog datasets,
      Training training,
      TrainedModelReceiver receiver,
      JobsProperties settings) {
    return new JobRunner(store, running, datasets, training, receiver, settings.maxAttempts());
  }

  @Bean
  TrainingTask trainingTask(
      DataSource dataSource,
      JobStore store,
      JobRunner runner,
      RunningJobs running,
      JobsProperties settings)
      throws SQLException {
    return new TrainingTask(
        dataSource, store.jobs(), runner, running, settings, embedded(dataSource));
  }

  /** The embedded database locks its file, so that a second process can't open it. */
  private static boolean embedded(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      String url = connection.getMetaData().getURL();
      return url.startsWith("jdbc:h2:file:") || url.startsWith("jdbc:h2:mem:");
    }
  }

  @Bean
  TrainingJobs trainingJobs(
      JobStore store,
      TrainingTask queue,
      RunningJobs running,
      DatasetCatalog datasets,
      MemoryCheck memory,
      JobsProperties settings) {
    return new DurableTrainingJobs(
        store, queue, running, datasets, memory, settings.queueCapacity());
  }
}
