package dev.resnet.engine.cuda;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import org.junit.jupiter.api.Tag;

@Tag("gpu-emulator")
class CudaFloat32ContractTests extends EngineContract {
  CudaFloat32ContractTests() {
    super(EngineName.CUDA, Precision.FLOAT32, new Tolerances(1e-3, 0, 2e-2, 1e-4));
  }
}
