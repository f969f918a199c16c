package dev.resnet.serving;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Puts serving together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ServingProperties.class)
class ServingConfiguration {

  @Bean
  ModelRegistry modelRegistry(
      @Value("${resnet.home}") Path home,
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      ApplicationEventPublisher events) {
    return new ModelRegistry(
        models(home),
        new ModelVersions(jdbc),
        new TransactionTemplate(transactions),
        events,
        Clock.systemUTC());
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
