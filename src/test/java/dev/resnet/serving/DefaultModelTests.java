package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultModelTests {

  @Test
  void isANameOrANameWithAnAlias() {
    assertThat(DefaultModel.of("resnet-20")).isEqualTo(new DefaultModel("resnet-20", "production"));
    assertThat(DefaultModel.of("Pets.v2@blue-1")).isEqualTo(new DefaultModel("Pets.v2", "blue-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@blue", "pets@", "pets@Blue", "pets@3", "a b", "pets@blue@green"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> DefaultModel.of(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
