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

/**
 * A response body that can be read with a timeout. The JDK has none: the timeout of a request ends
 * with its headers, and reading the stream of {@code BodyHandlers.ofInputStream} waits forever; on
 * Java 17 not even an interrupt ends it (JDK-8294047).
 */
final class BodyQueue implements HttpResponse.BodySubscriber<BodyQueue>, AutoCloseable {
  private interface Piece {
    List<ByteBuffer> bytes() throws IOException;
  }

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

  /**
   * The next bytes; empty at the end.
   *
   * @throws IOException if nothing arrives within {@code limit}, or the connection is lost
   */
  List<ByteBuffer> next(Duration limit) throws IOException, InterruptedException {
    Piece piece = pieces.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (piece == null) {
      throw new IOException("nothing came within the read timeout");
    }
    subscription.join().request(1);
    return piece.bytes();
  }

  /** Closes the connection if the body has not ended. */
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
    pieces.add(() -> buffers);
  }

  @Override
  public void onError(Throwable cause) {
    pieces.add(
        () -> {
          throw new IOException(
              "the connection was lost (%s)".formatted(cause.getMessage()), cause);
        });
  }

  @Override
  public void onComplete() {
    pieces.add(List::of);
  }
}
