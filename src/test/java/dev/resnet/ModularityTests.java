package dev.resnet;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** The modules use only what their package-info allows, and nothing in a circle. */
class ModularityTests {

  @Test
  void everyModuleKeepsToItsAllowedDependencies() {
    ApplicationModules.of(ResNetServiceApplication.class).verify();
  }
}
