package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.engine.Engines;
import dev.resnet.engine.Precision;
import org.junit.jupiter.api.Test;

class AutoPrecisionTests {
  @Test
  void isBfloat16WhereThatSavesTime() {
    var choice = AutoPrecision.of(AutoPrecision.WORTHWHILE);
    assertThat(choice.precision()).isEqualTo(Precision.BFLOAT16);
    assertThat(choice.reason()).startsWith("bfloat16, since").contains("1.1 times");
  }

  @Test
  void isFloat32WhereBfloat16IsThereButSlow() {
    var choice = AutoPrecision.of(AutoPrecision.WORTHWHILE - 1e-9);
    assertThat(choice.precision()).isEqualTo(Precision.FLOAT32);
    assertThat(AutoPrecision.of(0.61).reason()).startsWith("float32, since").contains("0.6 times");
  }

  @Test
  void isDecidedOnceForTheProcessAndToldWithTheEngine() {
    var choice = AutoPrecision.ofThisProcessor();
    assertThat(AutoPrecision.ofThisProcessor()).isSameAs(choice);
    assertThat(Engines.automatic().precision()).isEqualTo(choice.precision());
    assertThat(Engines.automatic().reason()).endsWith(choice.reason());
    assertThat(OneDnn.hasBfloat16() || choice.precision() == Precision.FLOAT32).isTrue();
  }
}
