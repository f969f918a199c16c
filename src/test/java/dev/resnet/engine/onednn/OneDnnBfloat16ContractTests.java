package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;

class OneDnnBfloat16ContractTests extends EngineContract {
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
    return 3e-2;
  }

  @Override
  protected double lossTolerance() {
    return 2e-2;
  }
}
