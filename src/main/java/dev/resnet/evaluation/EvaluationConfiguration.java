package dev.resnet.evaluation;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.ImageMemory;
import dev.resnet.engine.EngineName;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelsFolder;
import java.nio.file.Path;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The module's beans. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EvaluationProperties.class)
class EvaluationConfiguration {

  @Bean
  EvaluationRows evaluationRows(DataSource database) {
    return new EvaluationRows(JdbcClient.create(database));
  }

  @Bean
  LabelledImages labelledImages(DatasetCatalog catalog) {
    return new LabelledImages(catalog, ImageMemory.SHARED);
  }

  @Bean
  PredictionFiles predictionFiles(@Value("${resnet.home}") Path home) {
    return new PredictionFiles(ModelsFolder.in(home));
  }

  @Bean
  Evaluator evaluator(
      @Value("${resnet.home}") Path home,
      LabelledImages images,
      EvaluationRows rows,
      PredictionFiles files,
      ModelRegistry registry,
      EvaluationProperties settings) {
    return new Evaluator(
        images,
        new Networks(ModelsFolder.in(home), EngineName.AUTO),
        rows,
        files,
        registry,
        settings.longestWait(),
        Clock.systemUTC());
  }

  @Bean
  Evaluations evaluations(
      Evaluator evaluator, LabelledImages images, EvaluationRows rows, PredictionFiles files) {
    return new Evaluations(evaluator, images, rows, files);
  }

  @Bean
  NewVersions newVersions(
      Evaluator evaluator, LabelledImages images, EvaluationProperties settings) {
    return new NewVersions(evaluator, images, settings.afterTraining(), settings.maxQueued());
  }
}
