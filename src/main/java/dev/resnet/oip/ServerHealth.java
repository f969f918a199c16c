package dev.resnet.oip;

import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.stereotype.Component;

/** The same answers as actuator's probes. */
@Component
public class ServerHealth {
  private final HealthEndpoint health;

  ServerHealth(HealthEndpoint health) {
    this.health = health;
  }

  public boolean isLive() {
    return isUp("liveness");
  }

  public boolean isReady() {
    return isUp("readiness");
  }

  private boolean isUp(String group) {
    HealthDescriptor found = health.healthForPath(group);
    return found != null && Status.UP.equals(found.getStatus());
  }
}
