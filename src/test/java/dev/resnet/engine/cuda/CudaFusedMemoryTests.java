package dev.resnet.engine.cuda;

import dev.resnet.engine.Precision;
import dev.resnet.network.ResNetSpec;
import org.junit.jupiter.api.Tag;

/** On the fused kernels. */
@Tag("gpu-emulator")
class CudaFusedMemoryTests extends CudaMemoryContract {
  CudaFusedMemoryTests() {
    super(Precision.BFLOAT16, new ResNetSpec(1, 10).initialise(3, 0.9));
  }
}
