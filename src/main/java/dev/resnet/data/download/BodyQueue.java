package dev.resnet.data.download;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body that is waited for with a limit: the stream that the JDK offers waits for ever
 * where a server falls silent.
 */
final class BodyQueue implements HttpResponse.BodySubscriber<BodyQueue>, AutoCloseable {

  private sealed interface Piece {
    record Bytes(List<ByteBuffer> buffers) implements Piece {}

    record End() implements Piece {}

    record Failure(Throwable cause) implements Piece {}
  }

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

  /**
   * The next bytes; null at the end.
   *
   * @throws SilentServerException where nothing comes within {@code limit}
   * @throws IOException where the connection breaks off
   */
  @Nullable List<ByteBuffer> next(Duration limit) throws IOException, InterruptedException {
    Piece piece = pieces.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (piece == null) {
      throw new SilentServerException(limit);
    }
    if (piece instanceof Piece.Failure failure) {
      throw new IOException(failure.cause().getMessage(), failure.cause());
    }
    if (piece instanceof Piece.Bytes bytes) {
      subscription.join().request(1);
      return bytes.buffers();
    }
    return null;
  }

  /** Gives the connection up where the body has not ended. */
  @Override
  public void close() {
    subscription.thenAccept(Flow.Subscription::cancel);
  }

  @Override
  public CompletionStage<BodyQueue> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription.complete(newSubscription);
    newSubscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    pieces.add(new Piece.Bytes(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    pieces.add(new Piece.Failure(cause));
  }

  @Override
  public void onComplete() {
    pieces.add(new Piece.End());
  }

  /** A server that has taken the request and says nothing more. */
  static final class SilentServerException extends IOException {
    SilentServerException(Duration limit) {
      super("nothing came for %s".formatted(Durations.inWords(limit)));
    }
  }
}
