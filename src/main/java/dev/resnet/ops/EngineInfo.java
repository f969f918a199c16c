package dev.resnet.ops;

import java.util.Optional;
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
    Optional<String> problem = start.problem();
    if (problem.isPresent()) {
      builder.withDetail("engine", problem.get());
    } else if (!environment.isDone()) {
      builder.withDetail("engine", "the native libraries are being loaded; try again later");
    } else {
      builder.withDetail("engine", environment.join());
    }
  }
}
