package dev.resnet.engine.cuda;

import dev.resnet.engine.Precision;
import dev.resnet.engine.SmallGraphs;
import org.junit.jupiter.api.Tag;

/** On the kernels that take any shape. */
@Tag("gpu-emulator")
class CudaMemoryTests extends CudaMemoryContract {
  CudaMemoryTests() {
    super(Precision.FLOAT32, SmallGraphs.oneOfEachLayer());
  }
}
