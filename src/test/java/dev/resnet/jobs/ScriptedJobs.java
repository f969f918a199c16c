package dev.resnet.jobs;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/** The module with its web layer as in the service, with a scripted training. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableConfigurationProperties(JobsProperties.class)
@ComponentScan({"dev.resnet.api", "dev.resnet.jobs"})
public class ScriptedJobs {
  @Bean
  ScriptedTraining training() {
    return new ScriptedTraining();
  }

  @Bean
  TestDatasets datasets() {
    return new TestDatasets();
  }

  @Bean
  TrainedModelReceiver receiver() {
    return new TrainedModelReceiver() {
      @Override
      public RegisteredModel register(TrainedModel model, Promote promote) {
        return new RegisteredModel(7, new Promotion(false, "promote is " + promote.wireName()));
      }

      @Override
      public Optional<RegisteredModel> registered(String jobId) {
        return Optional.empty();
      }
    };
  }

  @Bean
  ScriptedEngines engineCheck() {
    return new ScriptedEngines();
  }

  /** One engine, float32 only; or none while {@link #unusable} has a reason. */
  public static final class ScriptedEngines implements EngineCheck {
    public volatile @Nullable String unusable;

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
