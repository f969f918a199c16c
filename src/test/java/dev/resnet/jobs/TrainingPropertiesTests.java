package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.training.CheckpointPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class TrainingPropertiesTests {
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner().withUserConfiguration(Settings.class);

  @EnableConfigurationProperties(TrainingProperties.class)
  static class Settings {}

  @Test
  void aCheckpointEveryFiveMinutesAndAHundredthOfTheTimeByDefault() {
    runner.run(
        context ->
            assertThat(context.getBean(TrainingProperties.class).checkpoints())
                .isEqualTo(new CheckpointPolicy(Duration.ofMinutes(5), 0.01)));
  }

  @ParameterizedTest
  @CsvSource({
    "checkpoint-interval=1s, true",
    "checkpoint-interval=999ms, false",
    "checkpoint-interval=0s, false",
    "checkpoint-interval=soon, false",
    "checkpoint-share=1, true",
    "checkpoint-share=0.0001, true",
    "checkpoint-share=1.0001, false",
    "checkpoint-share=0, false",
    "checkpoint-share=-0.5, false"
  })
  void theServiceStartsOnlyWithSettingsThatArePossible(String setting, boolean possible) {
    runner
        .withPropertyValues("resnet.training." + setting)
        .run(context -> assertThat(context.getStartupFailure() == null).isEqualTo(possible));
  }
}
