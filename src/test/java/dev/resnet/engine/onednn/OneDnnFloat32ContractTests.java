package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;

class OneDnnFloat32ContractTests extends EngineContract {
  @Override
  protected EngineName engine() {
    return EngineName.ONEDNN;
  }

  @Override
  protected Precision precision() {
    return Precision.FLOAT32;
  }

  @Override
  protected double gradientTolerance() {
    return 1e-3;
  }

  @Override
  protected double slopeTolerance() {
    return 2e-2;
  }

  @Override
  protected double lossTolerance() {
    return 1e-4;
  }
}
