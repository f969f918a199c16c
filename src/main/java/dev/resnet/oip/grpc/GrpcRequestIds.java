package dev.resnet.oip.grpc;

import dev.resnet.api.CorrelationIds;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Gives each call its {@link CorrelationIds}, from the metadata with the names of HTTP's headers.
 * The first interceptor, so that refusals have them too.
 */
final class GrpcRequestIds implements ServerInterceptor {
  private static final Metadata.Key<String> REQUEST_ID = key(CorrelationIds.HEADER);
  private static final Metadata.Key<String> TRACE = key(CorrelationIds.TRACE_HEADER);

  private static Metadata.Key<String> key(String header) {
    return Metadata.Key.of(header.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var ids = CorrelationIds.of(only(headers, REQUEST_ID), only(headers, TRACE));
    try (var logged = ids.inLog()) {
      return new Logged<>(next.startCall(new Answered<>(call, ids), headers), ids);
    }
  }

  /** Two values of metadata that may stand once are as good as none. */
  private static @Nullable String only(Metadata headers, Metadata.Key<String> key) {
    Iterable<String> values = headers.getAll(key);
    if (values == null) {
      return null;
    }
    Iterator<String> each = values.iterator();
    String first = each.next();
    return each.hasNext() ? null : first;
  }

  /** The ids are in the headers of an answer, or, if it has none, in its trailers. */
  private static final class Answered<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final CorrelationIds ids;
    private boolean sent;

    Answered(ServerCall<Q, A> call, CorrelationIds ids) {
      super(call);
      this.ids = ids;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      sent = true;
      addTo(headers);
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!sent) {
        addTo(trailers);
      }
      super.close(status, trailers);
    }

    private void addTo(Metadata metadata) {
      ids.addTo((name, value) -> metadata.put(key(name), value));
    }
  }

  /** Each event of a call may come on another thread. */
  private static final class Logged<Q> extends ServerCall.Listener<Q> {
    private final ServerCall.Listener<Q> listener;
    private final CorrelationIds ids;

    Logged(ServerCall.Listener<Q> listener, CorrelationIds ids) {
      this.listener = listener;
      this.ids = ids;
    }

    private void run(Runnable event) {
      try (var logged = ids.inLog()) {
        event.run();
      }
    }

    @Override
    public void onMessage(Q message) {
      run(() -> listener.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      run(listener::onHalfClose);
    }

    @Override
    public void onCancel() {
      run(listener::onCancel);
    }

    @Override
    public void onComplete() {
      run(listener::onComplete);
    }

    @Override
    public void onReady() {
      run(listener::onReady);
    }
  }
}
