package dev.resnet.oip.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.serving.Caller;
import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallingClientTests {
  @Test
  void aCancelledCallIsNotWaitedFor() {
    try (var call = Context.ROOT.withCancellation()) {
      var client = new CallingClient(call);
      assertThat(client.isGone()).isFalse();
      assertThat(client.longestWait()).isEqualTo(Caller.PATIENT.longestWait());
      call.cancel(null);
      assertThat(client.isGone()).isTrue();
    }
  }

  @Test
  void aCallWaitsNoLongerThanItsDeadline() {
    var timer = Executors.newSingleThreadScheduledExecutor();
    try (var late = Context.ROOT.withDeadline(Deadline.after(-1, TimeUnit.SECONDS), timer);
        var soon = Context.ROOT.withDeadline(Deadline.after(1, TimeUnit.HOURS), timer)) {
      assertThat(new CallingClient(late).longestWait()).isZero();
      assertThat(new CallingClient(soon).longestWait())
          .isPositive()
          .isLessThanOrEqualTo(Duration.ofHours(1));
      assertThat(new CallingClient(soon).howItAsked())
          .contains("deadline")
          .doesNotContain("Prefer");
    } finally {
      timer.shutdownNow();
    }
  }
}
