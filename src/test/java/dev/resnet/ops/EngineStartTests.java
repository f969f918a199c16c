package dev.resnet.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class EngineStartTests {
  @Test
  void healthShowsWhyTheEnginesAreUnusableUntilTheyAreUsable() {
    var problem = new AtomicReference<>(Optional.of("/cache is mounted noexec."));
    var start = new EngineStart(problem::get, Duration.ofMillis(1));
    var indicator = new EngineHealthIndicator(start);
    await().until(() -> start.problem().isPresent());

    Health down = indicator.health();
    assertThat(down.getStatus()).isEqualTo(Status.DOWN);
    assertThat(down.getDetails()).containsEntry("error", "/cache is mounted noexec.");
    var info = new Info.Builder();
    new EngineInfo(start).contribute(info);
    assertThat(info.build().get("engine")).isEqualTo("/cache is mounted noexec.");

    problem.set(Optional.empty());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> indicator.health().getStatus().equals(Status.UP));
  }
}
