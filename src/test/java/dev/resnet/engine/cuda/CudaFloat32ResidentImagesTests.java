package dev.resnet.engine.cuda;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.ResidentImagesContract;
import org.junit.jupiter.api.Tag;

@Tag("gpu-emulator")
class CudaFloat32ResidentImagesTests extends ResidentImagesContract {
  CudaFloat32ResidentImagesTests() {
    super(EngineName.CUDA, Precision.FLOAT32);
  }
}
