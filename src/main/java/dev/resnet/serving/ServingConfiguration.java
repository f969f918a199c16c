package dev.resnet.serving;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Turns;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelsFolder;
import dev.resnet.models.ModelsProperties;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The module's beans. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ServingProperties.class)
class ServingConfiguration {

  @Bean
  RegistryCache registryCache(
      ModelRegistry registry,
      Classifier classifier,
      ModelsProperties properties,
      ServingProperties serving,
      Environment environment) {
    // A worker does not classify, so it needs no networks in memory.
    boolean serves = !"worker".equalsIgnoreCase(environment.getProperty("resnet.role", "").strip());
    return new RegistryCache(
        registry, classifier, properties, serves, serving.answeringByDefault());
  }

  @Bean
  AliasChanges aliasChanges(ModelRegistry registry, Classifier classifier) {
    return new AliasChanges(registry, classifier);
  }

  @Bean
  InferenceEngines inferenceEngines(ServingProperties properties) {
    ServingPrecision.require(
        properties.precision(), precision -> Engines.refusal(EngineName.AUTO, precision));
    return InferenceEngines.in(properties.precision());
  }

  @Bean
  PicturesMemory picturesMemory(ServingProperties properties) {
    return properties.picturesMemory();
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
      InferenceMetrics metrics,
      MeterRegistry meters) {
    Turns.SHARED.trainingKeeps(properties.trainingShare());
    var loaded = new LoadedModels(ModelsFolder.in(home), engines, properties.maxLoadedMemory());
    return new Classifier(
        loaded,
        Executors.newSingleThreadExecutor(daemon()),
        System::nanoTime,
        metrics,
        new Admission(properties, meters, System::nanoTime));
  }

  private static ThreadFactory daemon() {
    return task -> {
      var thread = new Thread(task, "model-loader");
      thread.setDaemon(true);
      return thread;
    };
  }
}
