package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.Precision;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

class ServingPrecisionTests {
  private static Optional<String> withoutBfloat16(Precision precision) {
    return precision == Precision.BFLOAT16
        ? Optional.of("onednn: this CPU has no bfloat16 instructions")
        : Optional.empty();
  }

  @Test
  void aPrecisionThatTheMachineLacksEndsTheStart() {
    assertThatThrownBy(() -> ServingPrecision.require(Precision.BFLOAT16, p -> withoutBfloat16(p)))
        .isInstanceOfSatisfying(
            InvalidConfigurationPropertyValueException.class,
            e -> {
              assertThat(e.getName()).isEqualTo("resnet.serving.precision");
              assertThat(e.getReason()).contains("no bfloat16 instructions", "Use auto or float32");
            });
  }

  @Test
  void othersAskForNothing() {
    for (Precision precision : new Precision[] {Precision.AUTO, Precision.FLOAT32}) {
      assertThatCode(
              () ->
                  ServingPrecision.require(
                      precision,
                      p -> {
                        throw new AssertionError("asked");
                      }))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aMachineThatCannotComputeAtAllIsNotTheSettingsFault() {
    assertThatCode(
            () ->
                ServingPrecision.require(
                    Precision.BFLOAT16, p -> Optional.of("the native libraries can't be loaded")))
        .doesNotThrowAnyException();
  }
}
