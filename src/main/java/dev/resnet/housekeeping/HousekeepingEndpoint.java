package dev.resnet.housekeeping;

import java.time.Duration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/** {@code /actuator/housekeeping}: GET shows what would be deleted now, POST deletes it. */
@Endpoint(id = "housekeeping")
final class HousekeepingEndpoint {
  private final Housekeeping housekeeping;

  HousekeepingEndpoint(Housekeeping housekeeping) {
    this.housekeeping = housekeeping;
  }

  @ReadOperation
  public Report look() {
    return housekeeping.look();
  }

  @WriteOperation
  public Report run() {
    return housekeeping.run(Duration.ZERO);
  }
}
