package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.memory.MemoryBudget;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.util.unit.DataSize;

/** A client that sends its body slowly can't keep the memory of all bodies. */
class SlowBodyTests {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final AtomicLong time = new AtomicLong();
  private final MemoryBudget budget =
      new MemoryBudget(DataSize.ofMegabytes(4), Duration.ZERO, "some.setting", "bodies");

  @Test
  void aBodyThatTakesMemoryMayTakeAsLongAsTheLimitAndNoLonger() {
    try (BodyMemory body = body(1 << 20)) {
      body.begin();
      time.addAndGet(LIMIT.toNanos());
      body.count(1);
      time.addAndGet(1);
      assertThatThrownBy(() -> body.count(1))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.status()).isEqualTo(HttpStatus.REQUEST_TIMEOUT))
          .hasMessageContaining("120 s")
          .hasMessageContaining("resnet.http.bodies.max-time");
    }
    assertThatCode(() -> budget.hold(4 << 20).close()).doesNotThrowAnyException();
  }

  @Test
  void aBodyOfUnknownLengthIsTimedAsWell() {
    try (BodyMemory body = body(-1)) {
      body.begin();
      body.count(BodyMemory.FREE);
      time.addAndGet(2 * LIMIT.toNanos());
      assertThatThrownBy(() -> body.count(1)).hasMessageContaining("max-time");
    }
  }

  @Test
  void aSmallBodyIsTimedTooSinceItKeepsAThread() {
    try (BodyMemory body = body(1000)) {
      body.begin();
      time.addAndGet(LIMIT.toNanos());
      body.count(999);
      time.addAndGet(1);
      assertThatThrownBy(() -> body.count(1)).hasMessageContaining("max-time");
    }
  }

  private BodyMemory body(int length) {
    var request =
        new MockHttpServletRequest() {
          @Override
          public long getContentLengthLong() {
            return length;
          }
        };
    return new BodyMemory(request, budget, 1 << 20, LIMIT, time::get);
  }
}
