package dev.resnet.data.download;

import dev.resnet.data.DownloadListener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import javax.net.ssl.SSLHandshakeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * One attempt to download the missing part of a file (RFC 9110, section 14). It does not check that
 * the parts fit together; the MD5 of the whole does.
 *
 * @param usableSpace bytes that can be written to the file system of a folder
 * @param reserve bytes that must remain free there
 */
record RangeRequest(
    HttpClient client,
    EnvironmentProxy proxy,
    DownloadSettings settings,
    ToLongFunction<Path> usableSpace,
    RemoteFile file,
    PartialFile partial,
    long reserve) {
  private static final Logger LOG = LoggerFactory.getLogger(RangeRequest.class);

  /** Request timeout, too early, too many requests: the temporary client errors. */
  private static final Set<Integer> PASSING = Set.of(408, 425, 429);

  /** The JDK's messages if a proxy refuses a tunnel or the password. */
  private static final List<String> REFUSED =
      List.of("Tunnel failed", "too many authentication attempts");

  /** The download failed. The message says why and what to do. */
  static final class Failure extends IOException {
    private final boolean passes;

    Failure(boolean passes, String message) {
      super(message);
      this.passes = passes;
    }

    /** Whether another attempt may succeed. */
    boolean passes() {
      return passes;
    }
  }

  /**
   * Completes the file.
   *
   * @return whether an earlier part was continued
   * @throws Failure if the download fails; the received part is kept
   * @throws IOException if the file can't be written
   */
  boolean send(DownloadListener listener) throws IOException, InterruptedException {
    long have = partial.size();
    Optional<String> validator = have == 0 ? Optional.empty() : partial.validator();
    var request =
        HttpRequest.newBuilder(file.address())
            .header("User-Agent", "resnet-service")
            // In a compressed transfer, ranges would count compressed bytes.
            .header("Accept-Encoding", "identity");
    validator.ifPresent(
        value -> request.header("Range", "bytes=%d-".formatted(have)).header("If-Range", value));
    HttpResponse<BodyQueue> response = answer(request.build());
    try (BodyQueue body = response.body()) {
      int status = response.statusCode();
      switch (status) {
        case 200 -> receive(body, 0, response.headers(), listener);
        case 206 -> receive(body, have, response.headers(), listener);
        case 416 -> {} // nothing is missing
        case 407 -> throw failure(false, "the proxy wants a user and a password (status 407)");
        default -> throw failure(status >= 500 || PASSING.contains(status), "status " + status);
      }
      return status != 200;
    }
  }

  private HttpResponse<BodyQueue> answer(HttpRequest request) throws Failure, InterruptedException {
    var answer = client.sendAsync(request, info -> new BodyQueue());
    try {
      return answer.get(settings.readTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw failure(true, "no response within the read timeout");
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } finally {
      answer.cancel(true); // no effect if the response has arrived
    }
  }

  private void receive(BodyQueue body, long from, HttpHeaders headers, DownloadListener listener)
      throws IOException, InterruptedException {
    long length = headers.firstValueAsLong("Content-Length").orElse(0);
    long total = length == 0 ? 0 : from + length;
    checkSize(total);
    checkSpace(length + reserve);
    try (FileChannel out = from == 0 ? partial.restart(validatorOf(headers)) : partial.append()) {
      long at = from;
      tell(at, at, total, listener);
      for (var buffers = next(body); !buffers.isEmpty(); buffers = next(body)) {
        long before = at;
        for (ByteBuffer buffer : buffers) {
          while (buffer.hasRemaining()) {
            at += out.write(buffer); // a nearly full disk may accept only a part
          }
        }
        checkSize(at);
        tell(before, at, total, listener);
      }
    }
  }

  private List<ByteBuffer> next(BodyQueue body) throws Failure, InterruptedException {
    try {
      return body.next(settings.readTimeout());
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private void checkSize(long bytes) throws IOException {
    long most = settings.maxSize().toBytes();
    if (bytes > most) {
      partial.delete();
      throw new Failure(
          false,
          "%s is larger than the %,d bytes that resnet.datasets.download.max-size allows: check the address, or raise the limit."
              .formatted(file, most));
    }
  }

  private void checkSpace(long bytes) throws Failure {
    Path folder = partial.path().toAbsolutePath().getParent();
    long usable = usableSpace.applyAsLong(folder);
    if (usable < bytes) {
      throw new Failure(
          false,
          "%,d MB are needed in %s, but only %,d MB are free: make room there, or point resnet.home to a larger disk."
              .formatted(bytes / 1_000_000 + 1, folder, usable / 1_000_000));
    }
  }

  /** A weak ETag does not guarantee the same bytes, so the date is used instead. */
  private static Optional<String> validatorOf(HttpHeaders headers) {
    return headers
        .firstValue("ETag")
        .filter(tag -> tag.startsWith("\""))
        .or(() -> headers.firstValue("Last-Modified"));
  }

  /**
   * Reports each piece to the listener and each tenth to the log.
   *
   * @param total size in bytes; 0 if the server does not send it
   */
  private void tell(long before, long at, long total, DownloadListener listener) {
    if (total == 0) {
      return;
    }
    listener.downloaded((double) at / total);
    if (before == at || at * 10 / total > before * 10 / total) {
      LOG.info("{}: {} % of {} MB", file, at * 100 / total, total / 1_000_000);
    }
  }

  private Failure failure(Throwable cause) {
    if (NestedExceptionUtils.getMostSpecificCause(cause) instanceof UnresolvedAddressException) {
      return failure(true, "the host name is not known");
    }
    if (cause instanceof ConnectException) {
      return failure(true, "the connection was refused"); // the JDK gives no message
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    boolean refused = REFUSED.stream().anyMatch(message::startsWith);
    Failure failure = failure(!refused && !(cause instanceof SSLHandshakeException), message);
    failure.initCause(cause);
    return failure;
  }

  private Failure failure(boolean passes, String message) {
    String through = proxy.nameFor(file.address()).map(" through the proxy "::concat).orElse("");
    return new Failure(
        passes,
        "%s could not be downloaded%s: %s. Check the network and the proxy (HTTPS_PROXY=http://[user:password@]host:port, or -Dhttps.proxyHost), or fetch the file elsewhere and set %s.uri to it."
            .formatted(file, through, message, file.settings()));
  }
}
