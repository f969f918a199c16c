package dev.resnet.ops;

import dev.resnet.jobs.IntakeCheck;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.stereotype.Component;

/**
 * No job starts while checkpoints can't be written, because each job would fail after its first
 * epoch.
 */
@Component
final class HomeIntakeCheck implements IntakeCheck {
  private final HomeHealthIndicator volume;

  HomeIntakeCheck(HomeHealthIndicator volume) {
    this.volume = volume;
  }

  @Override
  public Optional<String> refusal() {
    Health health = volume.health();
    if (health.getStatus().equals(Status.UP)) {
      return Optional.empty();
    }
    Map<String, Object> details = health.getDetails();
    return Optional.of(
        "free disk space for resnet.home (%s): %s"
            .formatted(details.get("path"), details.get("error")));
  }
}
