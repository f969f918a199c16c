package dev.resnet.ops;

import java.util.concurrent.CompletableFuture;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.stereotype.Component;

/** The {@code engine} part of {@code /actuator/info}. */
@Component
final class EngineInfo implements InfoContributor {
  private final EngineStart start;

  EngineInfo(EngineStart start) {
    this.start = start;
  }

  @Override
  public void contribute(Info.Builder builder) {
    CompletableFuture<EngineEnvironment> environment = start.environment();
    if (!environment.isDone()) {
      builder.withDetail("engine", "the numerical libraries are being loaded; ask again");
    } else if (environment.isCompletedExceptionally()) {
      builder.withDetail("engine", "the numerical libraries can't be loaded; see the log");
    } else {
      builder.withDetail("engine", environment.join());
    }
  }
}
