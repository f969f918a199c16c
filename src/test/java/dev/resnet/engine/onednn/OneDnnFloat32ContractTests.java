package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;

class OneDnnFloat32ContractTests extends EngineContract {
  OneDnnFloat32ContractTests() {
    super(EngineName.ONEDNN, Precision.FLOAT32, new Tolerances(1e-3, 0, 2e-2, 1e-4));
  }
}
