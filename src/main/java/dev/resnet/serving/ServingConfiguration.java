package dev.resnet.serving;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;

/** Puts serving together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ServingProperties.class, ModelsProperties.class})
class ServingConfiguration {

  @Bean
  ModelRegistry modelRegistry(
      @Value("${resnet.home}") Path home,
      DataSource database,
      PlatformTransactionManager transactions,
      ModelsProperties properties,
      ApplicationEventPublisher events) {
    return new ModelRegistry(
        new ModelFiles(models(home), NetworkCheck::finite),
        RegistryRows.in(database, transactions),
        new PromotionRule(properties.trainingMayPromote()),
        events,
        Clock.systemUTC());
  }

  @Bean
  ServedModels servedModels(
      ModelRegistry registry,
      Classifier classifier,
      ModelsProperties properties,
      Environment environment) {
    // A worker classifies nothing, so it has no use for networks in memory.
    boolean serves = !"worker".equalsIgnoreCase(environment.getProperty("resnet.role", "").strip());
    return new ServedModels(registry, classifier, properties, serves);
  }

  @Bean
  InferenceEngines inferenceEngines(ServingProperties properties) {
    return InferenceEngines.in(properties.precision());
  }

  @Bean
  InferenceMetrics inferenceMetrics(MeterRegistry meters) {
    return new InferenceMetrics(meters);
  }

  @Bean
  Classifier classifier(
      @Value("${resnet.home}") Path home,
      InferenceEngines engines,
      ServingProperties properties,
      InferenceMetrics metrics) {
    var loaded = new LoadedModels(models(home), engines, properties.maxLoadedModels());
    return new Classifier(
        loaded, Executors.newSingleThreadExecutor(daemon()), System::nanoTime, metrics);
  }

  @Bean
  PictureReader pictureReader(ServingProperties properties) {
    return new PictureReader(properties);
  }

  private static ThreadFactory daemon() {
    return task -> {
      var thread = new Thread(task, "model-loader");
      thread.setDaemon(true);
      return thread;
    };
  }

  private static Path models(Path home) {
    return home.toAbsolutePath().normalize().resolve("models");
  }
}
