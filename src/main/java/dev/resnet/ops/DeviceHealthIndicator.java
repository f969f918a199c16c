package dev.resnet.ops;

import dev.resnet.engine.Engines;
import java.util.Optional;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/**
 * {@code device}: whether this process can still use its GPU. Only a restart helps against a lost
 * one, so it is part of the liveness.
 */
@Component("deviceHealthIndicator")
final class DeviceHealthIndicator extends AbstractHealthIndicator {
  DeviceHealthIndicator() {
    super("checking the device failed");
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    Optional<String> lost = Engines.lost();
    if (lost.isPresent()) {
      builder.down().withDetail("error", lost.get());
    } else {
      builder.up();
    }
  }
}
