package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.Validation;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The settings of overload at their limits. */
class OverloadSettingsTests {
  private static ServingProperties bound(String name, String value) {
    return new Binder(new MapConfigurationPropertySource(Map.of("resnet.serving." + name, value)))
        .bindOrCreate("resnet.serving", ServingProperties.class);
  }

  private static boolean isValid(ServingProperties settings) {
    try (var validation = Validation.buildDefaultValidatorFactory()) {
      return validation.getValidator().validate(settings).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "concurrency, 0, true",
    "concurrency, -1, false",
    "concurrency, 10000, true",
    "concurrency, 10001, false",
    "max-waiting, 0, true",
    "max-waiting, -1, false",
    "max-waiting, 100000, true",
    "max-waiting, 100001, false",
    "max-wait, 1ms, true",
    "max-wait, 0ms, false",
    "max-wait, 10m, true",
    "max-wait, 601s, false",
    "training-share, 0, true",
    "training-share, -0.01, false",
    "training-share, 0.95, true",
    "training-share, 0.96, false"
  })
  void eachHasLimits(String name, String value, boolean valid) {
    assertThat(isValid(bound(name, value))).isEqualTo(valid);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "7, 7"})
  void theConcurrencyIsAsSet(String set, int computing) {
    assertThat(bound("concurrency", set).computing()).isEqualTo(computing);
  }
}
