package dev.resnet;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** The modules use only what their package-info allows, without cycles. */
class ModularityTests {

  @Test
  void everyModuleKeepsToItsAllowedDependencies() {
    ApplicationModules.of(ResNetServiceApplication.class).verify();
  }
}
