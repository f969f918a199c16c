package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.files.AtomicFiles;
import dev.resnet.idempotency.IdempotencyProperties;
import dev.resnet.models.ModelPromotion;
import dev.resnet.pictures.ImageShape;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import dev.resnet.training.checkpoint.TrainedNetworks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/** The jobs and their sweeps with their web layers as in the service, with a scripted training. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableConfigurationProperties({JobsProperties.class, IdempotencyProperties.class})
@ComponentScan({
  "dev.resnet.api",
  "dev.resnet.database",
  "dev.resnet.idempotency",
  "dev.resnet.jobs",
  "dev.resnet.sweeps"
})
public class ScriptedJobs {
  @Bean
  ScriptedTraining training() {
    return new ScriptedTraining();
  }

  /** The versions that were put into production, as "name/version". */
  public static final class Promoted extends CopyOnWriteArrayList<String> {}

  @Bean
  Promoted promoted() {
    return new Promoted();
  }

  @Bean
  ModelPromotion promotion(Promoted promoted) {
    return (name, version) -> {
      promoted.add(name + "/" + version);
      return null;
    };
  }

  @Bean
  TestDatasets datasets() {
    return new TestDatasets();
  }

  @Bean
  TrainedModelReceiver receiver() {
    return new TrainedModelReceiver() {
      @Override
      public RegisteredModel register(TrainedModel model, Promote promote, BooleanSupplier stop) {
        return new RegisteredModel(7, new Promotion(false, "promote is " + promote.wireName()));
      }

      @Override
      public Optional<RegisteredModel> registered(String jobId) {
        return Optional.empty();
      }
    };
  }

  /** Versions 1 and 2 of "known", of stack_n 3; the content of their file is arbitrary. */
  @Bean
  TrainedNetworks networks() throws IOException {
    Path file = Path.of("target", "known-network.zip");
    String sha256 = AtomicFiles.write(file, out -> out.write(1)).sha256();
    return (model, version) ->
        model.equals("known") && (version == null || version <= 2)
            ? Optional.of(
                new TrainedNetworks.Found(
                    version == null ? 2 : version, 3, ImageShape.CIFAR, file, sha256))
            : Optional.empty();
  }

  @Bean
  ScriptedEngines engineCheck() {
    return new ScriptedEngines();
  }

  /** One engine, float32 only; or none while {@link #unusable} has a reason. */
  public static final class ScriptedEngines implements EngineCheck {
    public volatile @Nullable String unusable;

    @Override
    public Optional<EngineDescription> choice(EngineName engine, Precision precision) {
      return Optional.of(TestJobs.ENGINE);
    }

    @Override
    public Optional<String> refusal(EngineName engine, Precision precision) {
      String reason = unusable;
      if (reason != null) {
        return Optional.of(reason);
      }
      if (engine == EngineName.ONEDNN) {
        return Optional.of("the engine onednn is not part of this build; ask for auto");
      }
      return precision == Precision.BFLOAT16
          ? Optional.of("this processor has no bfloat16; ask for float32 or auto")
          : Optional.empty();
    }
  }

  @Bean
  MemoryCheck memoryCheck() {
    return (config, dataset) ->
        config.stackN() > 100
            ? Optional.of("It would take 70 GB; there are 8 GB. Use a smaller stack_n.")
            : Optional.empty();
  }
}
