package dev.resnet.engine.cuda;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.ResidentImagesContract;
import org.junit.jupiter.api.Tag;

@Tag("gpu-emulator")
class CudaBfloat16ResidentImagesTests extends ResidentImagesContract {
  CudaBfloat16ResidentImagesTests() {
    super(EngineName.CUDA, Precision.BFLOAT16);
  }
}
