package dev.resnet.engine.cuda;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import org.junit.jupiter.api.Tag;

/** Gradients are compared at a shift of 4, clear of the ReLU's kink: docs/decisions/008. */
@Tag("gpu-emulator")
class CudaBfloat16ContractTests extends EngineContract {
  CudaBfloat16ContractTests() {
    super(EngineName.CUDA, Precision.BFLOAT16, new Tolerances(5e-2, 4, 2e-1, 2e-2));
  }
}
