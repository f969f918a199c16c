package dev.resnet.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class IdempotencyPropertiesTests {
  @EnableConfigurationProperties(IdempotencyProperties.class)
  static class Settings {}

  @ParameterizedTest
  @CsvSource({
    "keep=1s, true",
    "keep=999ms, false",
    "take-over-after=1s, true",
    "take-over-after=999ms, false"
  })
  void theServiceStartsOnlyWithSettingsThatArePossible(String setting, boolean possible) {
    new ApplicationContextRunner()
        .withUserConfiguration(Settings.class)
        .withPropertyValues("resnet.idempotency." + setting)
        .run(context -> assertThat(context.getStartupFailure() == null).isEqualTo(possible));
  }
}
