package dev.resnet.oip.grpc;

import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many messages of inferences are received and answered at the same time, and thereby
 * their memory: gRPC keeps a message until it is complete, and does not say its length before. A
 * call without a slot waits; nothing asks for its message, so HTTP/2 lets its client send no more
 * than a window. No thread waits.
 */
final class MessageSlots implements ServerInterceptor, AutoCloseable {
  private final String method;
  private final int mostWaiting;
  private final Duration maxTime;
  private final ScheduledExecutorService clock;

  /** Guarded by this. */
  private final Deque<Call<?, ?>> waiting = new ArrayDeque<>();

  private int free;

  /**
   * @param method the full name of the method whose calls need a slot
   * @param slots at least 1
   */
  MessageSlots(
      String method, int slots, int mostWaiting, Duration maxTime, ScheduledExecutorService clock) {
    this.method = method;
    this.free = slots;
    this.mostWaiting = mostWaiting;
    this.maxTime = maxTime;
    this.clock = clock;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!call.getMethodDescriptor().getFullMethodName().equals(method)) {
      return next.startCall(call, headers);
    }
    var mine = new Call<>(call, headers, next);
    boolean start;
    synchronized (this) {
      start = free > 0;
      if (start) {
        free--;
      } else if (waiting.size() < mostWaiting) {
        waiting.add(mine);
        return mine;
      }
    }
    if (start) {
      mine.start();
      return mine;
    }
    call.close(
        Status.UNAVAILABLE.withDescription(
            "The service is busy: %d inferences are waiting already (resnet.grpc.max-waiting). Try again later."
                .formatted(mostWaiting)),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private void ended(Call<?, ?> call) {
    Call<?, ?> next;
    synchronized (this) {
      if (waiting.remove(call)) {
        return;
      }
      next = waiting.poll();
      if (next == null) {
        free++;
      }
    }
    if (next != null) {
      next.start();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  /** One call; its events are handed on once it has a slot. */
  private final class Call<Q, A> extends ForwardingServerCallListener<Q> {
    private final ServerCall<Q, A> call;
    private final Metadata headers;
    private final ServerCallHandler<Q, A> handler;

    /** Null while it waits. */
    private ServerCall.@Nullable Listener<Q> started;

    private @Nullable ScheduledFuture<?> timeout;
    private boolean arrived;
    private boolean timedOut;
    private boolean ended;

    Call(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> handler) {
      this.call = call;
      this.headers = headers;
      this.handler = handler;
    }

    synchronized void start() {
      if (ended) {
        MessageSlots.this.ended(this);
        return;
      }
      timeout = clock.schedule(this::timeOut, maxTime.toNanos(), TimeUnit.NANOSECONDS);
      started = handler.startCall(call, headers);
    }

    private synchronized void timeOut() {
      if (arrived || ended) {
        return;
      }
      timedOut = true;
      call.close(
          Status.DEADLINE_EXCEEDED.withDescription(
              "The message took longer than %d s to arrive, the limit set by resnet.grpc.max-time."
                  .formatted(maxTime.toSeconds())),
          new Metadata());
    }

    @Override
    protected synchronized ServerCall.Listener<Q> delegate() {
      return started == null ? new ServerCall.Listener<>() {} : started;
    }

    @Override
    public void onMessage(Q message) {
      if (inTime()) {
        super.onMessage(message);
      }
    }

    @Override
    public void onHalfClose() {
      if (inTime()) {
        super.onHalfClose();
      }
    }

    /** Whether the call goes on; from then on it does not time out. */
    private synchronized boolean inTime() {
      arrived = true;
      if (timeout != null) {
        timeout.cancel(false);
      }
      return !timedOut;
    }

    @Override
    public void onCancel() {
      try {
        super.onCancel();
      } finally {
        end();
      }
    }

    @Override
    public void onComplete() {
      try {
        super.onComplete();
      } finally {
        end();
      }
    }

    private void end() {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
        if (timeout != null) {
          timeout.cancel(false);
        }
      }
      MessageSlots.this.ended(this);
    }
  }
}
