package dev.resnet.models;

import dev.resnet.training.checkpoint.TrainedNetworks;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalDouble;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ModelsProperties.class, UploadProperties.class})
class ModelsConfiguration {

  /** One for all: changes of a name queue there. */
  @Bean
  RegistryTables registryTables(
      DataSource database, PlatformTransactionManager transactions, ModelsProperties properties) {
    return RegistryTables.in(database, transactions, properties.lockTimeout());
  }

  @Bean
  ModelRegistry modelRegistry(
      @Value("${resnet.home}") Path home,
      RegistryTables tables,
      ModelsProperties properties,
      ObjectProvider<VersionAccuracy> evaluation,
      ApplicationEventPublisher events) {
    return new ModelRegistry(
        new ModelFiles(ModelsFolder.in(home), NetworkCheck::finite),
        tables,
        new PromotionRule(properties.trainingMayPromote()),
        // Looked up late: what evaluates versions needs the registry.
        (version, dataset, sha256, stop) -> {
          VersionAccuracy accuracy = evaluation.getIfAvailable();
          return accuracy == null
              ? OptionalDouble.empty()
              : accuracy.testAccuracy(version, dataset, sha256, stop);
        },
        events,
        Clock.systemUTC());
  }

  @Bean
  ModelExports modelExports(@Value("${resnet.home}") Path home, ModelRegistry registry) {
    return new ModelExports(
        ModelsFolder.in(home),
        version -> registry.lookup().version(version.name(), version.version()),
        OnnxExport::load);
  }

  @Bean
  ModelUploads modelUploads(
      @Value("${resnet.home}") Path home,
      RegistryTables tables,
      UploadProperties uploads,
      ApplicationEventPublisher events) {
    return new ModelUploads(
        new ModelFiles(ModelsFolder.in(home), NetworkCheck::finite),
        tables,
        NetworkReader.of(uploads.zip()),
        events,
        Clock.systemUTC());
  }

  @Bean
  TrainedNetworks trainedNetworks(@Value("${resnet.home}") Path home, ModelRegistry registry) {
    return new RegisteredNetworks(registry, ModelsFolder.in(home));
  }
}
