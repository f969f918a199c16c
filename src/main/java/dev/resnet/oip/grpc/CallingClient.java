package dev.resnet.oip.grpc;

import dev.resnet.serving.Caller;
import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The client of a call as one that waits for a classification: its deadline and cancellation. */
record CallingClient(Context call) implements Caller {
  @Override
  public boolean isGone() {
    return call.isCancelled();
  }

  @Override
  public Duration longestWait() {
    Deadline deadline = call.getDeadline();
    return deadline == null
        ? Caller.PATIENT.longestWait()
        : Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
  }

  @Override
  public String howItAsked() {
    return "until the deadline of the call";
  }
}
