package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import org.junit.jupiter.api.condition.EnabledIf;

/** Runs only where the processor has bfloat16; elsewhere the report says why not. */
@EnabledIf(value = "hasBfloat16", disabledReason = "this processor does not compute in bfloat16")
class OneDnnBfloat16ContractTests extends EngineContract {
  static boolean hasBfloat16() {
    return OneDnn.hasBfloat16();
  }

  @Override
  protected EngineName engine() {
    return EngineName.ONEDNN;
  }

  @Override
  protected Precision precision() {
    return Precision.BFLOAT16;
  }

  @Override
  protected double gradientTolerance() {
    return 5e-2;
  }

  /** Rounding to eight bits turns one ReLU in 400 at a shift of zero. */
  @Override
  protected double shift() {
    return 4;
  }

  @Override
  protected double slopeTolerance() {
    return 2e-1;
  }

  @Override
  protected double lossTolerance() {
    return 2e-2;
  }
}
