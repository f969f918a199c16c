package dev.resnet.ops;

import java.util.concurrent.CompletableFuture;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** {@code engine}: whether the numerical libraries are loaded; the service is not ready before. */
@Component("engineHealthIndicator")
final class EngineHealthIndicator extends AbstractHealthIndicator {
  private final EngineStart start;

  EngineHealthIndicator(EngineStart start) {
    super("looking at the engine failed");
    this.start = start;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    CompletableFuture<EngineEnvironment> environment = start.environment();
    if (!environment.isDone()) {
      builder.outOfService().withDetail("state", "loading the numerical libraries");
    } else if (environment.isCompletedExceptionally()) {
      builder.down().withDetail("error", "the numerical libraries can't be loaded; see the log");
    } else {
      builder.up().withDetail("backend", environment.join().backend());
    }
  }
}
