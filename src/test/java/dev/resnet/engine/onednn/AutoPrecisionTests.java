package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.EngineUnavailableException;
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
  void isWhatASettingSays() {
    assertThat(AutoPrecision.choose("bfloat16", true))
        .isEqualTo(
            new AutoPrecision(Precision.BFLOAT16, "bfloat16, since resnet.engine.auto says so"));
    assertThat(AutoPrecision.choose("float32", true).precision()).isEqualTo(Precision.FLOAT32);
    assertThat(AutoPrecision.choose("float32", false).precision()).isEqualTo(Precision.FLOAT32);
    assertThat(AutoPrecision.choose("measure", false).reason())
        .isEqualTo("float32, since this CPU does not compute in bfloat16");
  }

  @Test
  void refusesASettingThatCannotBe() {
    assertThatThrownBy(() -> AutoPrecision.choose("bfloat16", false))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContainingAll("resnet.engine.auto", "does not compute", "measure or float32");
    assertThatThrownBy(() -> AutoPrecision.choose("fast", true))
        .hasMessage("resnet.engine.auto is \"fast\": set measure, float32 or bfloat16.");
  }

  @Test
  void isDecidedOnceForTheProcessAndToldWithTheEngine() {
    var choice = AutoPrecision.ofThisCpu();
    assertThat(AutoPrecision.ofThisCpu()).isSameAs(choice);
    assertThat(Engines.automatic().precision()).isEqualTo(choice.precision());
    assertThat(Engines.automatic().reason()).endsWith(choice.reason());
    assertThat(OneDnn.hasBfloat16() || choice.precision() == Precision.FLOAT32).isTrue();
  }
}
