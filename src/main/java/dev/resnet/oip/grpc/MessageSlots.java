package dev.resnet.oip.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
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
    synchronized (this) {
      mine.hasSlot = free > 0;
      if (mine.hasSlot) {
        free--;
      } else if (waiting.size() < mostWaiting) {
        waiting.add(mine);
        mine.limitTime();
        return mine;
      }
    }
    if (mine.hasSlot) {
      mine.limitTime();
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
      if (!call.hasSlot) {
        waiting.remove(call);
        return;
      }
      call.hasSlot = false;
      next = waiting.poll();
      if (next == null) {
        free++;
      } else {
        next.hasSlot = true;
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

    /** Guarded by the slots. */
    private boolean hasSlot;

    /** Null while it waits. Guarded by this, like all that follows. */
    private ServerCall.@Nullable Listener<Q> started;

    private @Nullable ScheduledFuture<?> timeout;
    private boolean halfClosed;
    private boolean ended;

    Call(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> handler) {
      this.call = call;
      this.headers = headers;
      this.handler = handler;
    }

    /** From the beginning of the call until its message is complete. */
    synchronized void limitTime() {
      timeout = clock.schedule(this::timeOut, maxTime.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Call this with a slot. */
    synchronized void start() {
      if (ended) {
        return; // it has given the slot back
      }
      started = handler.startCall(new Answered(), headers);
      if (halfClosed) {
        started.onHalfClose(); // without a message
      }
    }

    private void timeOut() {
      synchronized (this) {
        if (ended || halfClosed && started != null) {
          return;
        }
        ended = true;
        call.close(
            Status.DEADLINE_EXCEEDED.withDescription(
                "The message took longer than %d s to arrive, the limit set by resnet.grpc.max-time."
                    .formatted(maxTime.toSeconds())),
            new Metadata());
      }
      MessageSlots.this.ended(this);
    }

    @Override
    protected synchronized ServerCall.Listener<Q> delegate() {
      return started == null || ended ? new ServerCall.Listener<>() {} : started;
    }

    @Override
    public void onHalfClose() {
      synchronized (this) {
        halfClosed = true;
        if (started == null) {
          return;
        }
        stopClock();
      }
      super.onHalfClose();
    }

    @Override
    public void onCancel() {
      ServerCall.Listener<Q> told = delegate();
      end();
      told.onCancel();
    }

    @Override
    public void onComplete() {
      ServerCall.Listener<Q> told = delegate();
      end();
      told.onComplete();
    }

    private void end() {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
        stopClock();
      }
      MessageSlots.this.ended(this);
    }

    private void stopClock() {
      if (timeout != null) {
        timeout.cancel(false);
      }
    }

    /** Its slot is free as soon as it is answered: a client that does not read holds none. */
    private final class Answered extends SimpleForwardingServerCall<Q, A> {
      Answered() {
        super(call);
      }

      @Override
      public void close(Status status, Metadata trailers) {
        synchronized (Call.this) {
          if (ended) {
            return; // its time was over, or it was cancelled
          }
          super.close(status, trailers);
        }
        end();
      }
    }
  }
}
