package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Runs only where the CPU has bfloat16; elsewhere the report says why not. Gradients are compared
 * at a shift of 4, clear of the ReLU's kink: docs/decisions/008.
 */
@EnabledIf(value = "hasBfloat16", disabledReason = "this CPU does not compute in bfloat16")
class OneDnnBfloat16ContractTests extends EngineContract {
  OneDnnBfloat16ContractTests() {
    super(EngineName.ONEDNN, Precision.BFLOAT16, new Tolerances(5e-2, 4, 2e-1, 2e-2));
  }

  static boolean hasBfloat16() {
    return OneDnn.hasBfloat16();
  }
}
