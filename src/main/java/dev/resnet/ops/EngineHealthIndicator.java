package dev.resnet.ops;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** {@code engine}: whether the native libraries are loaded; until then the service is not ready. */
@Component("engineHealthIndicator")
final class EngineHealthIndicator extends AbstractHealthIndicator {
  private final EngineStart start;

  EngineHealthIndicator(EngineStart start) {
    super("checking the engine failed");
    this.start = start;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    CompletableFuture<EngineEnvironment> environment = start.environment();
    Optional<String> problem = start.problem();
    if (problem.isPresent()) {
      builder.down().withDetail("error", problem.get());
    } else if (!environment.isDone()) {
      builder.outOfService().withDetail("state", "loading the native libraries");
    } else {
      builder.up().withDetail("backend", environment.join().backend());
    }
  }
}
