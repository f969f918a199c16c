package dev.resnet.data.download;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** One attempt to get what is missing of a file (RFC 9110, section 14). */
final class RangeRequest {
  /** The attempt failed in a way that the next one may not. */
  static final class RetryException extends IOException {
    RetryException(String message, Throwable cause) {
      super(message, cause);
    }

    RetryException(String message) {
      super(message);
    }
  }

  private static final int OK = 200;
  private static final int PARTIAL_CONTENT = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /** Request timeout, too early, too many requests: the client errors that pass. */
  private static final Set<Integer> PASSING = Set.of(408, 425, 429);

  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");
  private static final Pattern UNSATISFIED_RANGE = Pattern.compile("bytes \\*/(\\d+)");

  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

  /** What the JDK says where a proxy does not make a tunnel. */
  private static final String TUNNEL_FAILED = "Tunnel failed";

  /** And where it does not take the password. */
  private static final String WRONG_PASSWORD = "too many authentication attempts";

  private final HttpClient client;
  private final Optional<String> proxy;
  private final DownloadSettings settings;
  private final DiskSpace disk;
  private final URI address;
  private final PartialFile partial;
  private final long reserve;

  RangeRequest(
      HttpClient client,
      Optional<String> proxy,
      DownloadSettings settings,
      DiskSpace disk,
      URI address,
      PartialFile partial,
      long reserve) {
    this.client = client;
    this.proxy = proxy;
    this.settings = settings;
    this.disk = disk;
    this.address = address;
    this.partial = partial;
    this.reserve = reserve;
  }

  /**
   * Makes the file whole.
   *
   * @return whether an earlier part was gone on with
   * @throws RetryException where another attempt may do better; what came is kept
   */
  boolean send(DownloadProgress progress) throws IOException, InterruptedException {
    long have = partial.size();
    Optional<String> validator = have == 0 ? Optional.empty() : partial.validator();
    var request =
        HttpRequest.newBuilder(address)
            .header("User-Agent", "resnet-service")
            // A compressed transfer would count other bytes.
            .header("Accept-Encoding", "identity");
    validator.ifPresent(
        value -> request.header("Range", "bytes=%d-".formatted(have)).header("If-Range", value));
    HttpResponse<BodyQueue> response = answer(request.build());
    try (BodyQueue body = response.body()) {
      int status = response.statusCode();
      if (status == OK) {
        receive(body, 0, length(response.headers()), response.headers(), progress);
        return false;
      }
      if (status == PARTIAL_CONTENT && validator.isPresent()) {
        receive(body, have, totalOf(response, have), response.headers(), progress);
        return true;
      }
      if (status == RANGE_NOT_SATISFIABLE && isWhole(response.headers(), have)) {
        return true;
      }
      throw refusal(status);
    }
  }

  private HttpResponse<BodyQueue> answer(HttpRequest request)
      throws IOException, InterruptedException {
    var answer = client.sendAsync(request, info -> new BodyQueue());
    try {
      return answer.get(settings.readTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new RetryException(
          "no answer came for %s".formatted(Durations.inWords(settings.readTimeout())), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private IOException failure(Throwable cause) {
    if (proxy.isPresent() && String.valueOf(cause.getMessage()).startsWith(TUNNEL_FAILED)) {
      return refusedByProxy(cause.getMessage().replaceAll("\\D", ""));
    }
    if (proxy.isPresent() && String.valueOf(cause.getMessage()).startsWith(WRONG_PASSWORD)) {
      return refusedByProxy("407");
    }
    if (cause instanceof SSLHandshakeException) {
      return new IOException(
          "%s can't be trusted: %s. %s"
              .formatted(HttpDownload.shown(address), cause.getMessage(), HttpDownload.REMEDY),
          cause);
    }
    if (cause instanceof HttpTimeoutException) {
      return new RetryException(
          "no connection within %s".formatted(Durations.inWords(settings.connectTimeout())), cause);
    }
    if (cause instanceof ConnectException) {
      boolean unknown = rootOf(cause) instanceof UnresolvedAddressException;
      return new RetryException(
          unknown
              ? "the host %s is not known".formatted(address.getHost())
              : proxy
                  .map("the proxy %s can't be connected to"::formatted)
                  .orElseGet(() -> "%s refuses the connection".formatted(authority())),
          cause);
    }
    return new RetryException("the connection failed: " + cause.getMessage(), cause);
  }

  /** The proxy answered, so that the target was never asked. */
  private IOException refusedByProxy(String status) {
    return new IOException(
        "%s can't be downloaded: the proxy %s refuses to connect to it (status %s)%s. %s"
            .formatted(
                HttpDownload.shown(address),
                proxy.orElse("in between"),
                status,
                status.equals("407")
                    ? ": it wants a user and a password, as in http://user:password@host:port"
                    : "",
                HttpDownload.REMEDY));
  }

  private String authority() {
    return address.getPort() < 0 ? address.getHost() : address.getHost() + ":" + address.getPort();
  }

  private static Throwable rootOf(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private IOException refusal(int status) throws IOException {
    if (status == PARTIAL_CONTENT || status == RANGE_NOT_SATISFIABLE) {
      partial.delete();
      return new RetryException("the server sends another part than asked for");
    }
    if (status == PROXY_AUTHENTICATION_REQUIRED) {
      return refusedByProxy(String.valueOf(status));
    }
    if (status >= 500 || PASSING.contains(status)) {
      return new RetryException("the server answers %d".formatted(status));
    }
    return new IOException(
        "%s can't be downloaded: %s answers %d. %s"
            .formatted(
                HttpDownload.shown(address),
                proxy.map("the server, or the proxy %s before it,"::formatted).orElse("the server"),
                status,
                HttpDownload.REMEDY));
  }

  /** The size of the whole, from a part that begins where it should; negative if unknown. */
  private long totalOf(HttpResponse<?> response, long have) throws IOException {
    Matcher range =
        CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
    if (!range.matches() || Long.parseLong(range.group(1)) != have) {
      throw refusal(PARTIAL_CONTENT);
    }
    return range.group(2).equals("*") ? -1 : Long.parseLong(range.group(2));
  }

  private static boolean isWhole(HttpHeaders headers, long have) {
    Matcher range = UNSATISFIED_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
    return range.matches() && Long.parseLong(range.group(1)) == have;
  }

  private static long length(HttpHeaders headers) {
    return headers.firstValueAsLong("Content-Length").orElse(-1);
  }

  /** A weak ETag promises nothing about bytes, so that the date has to do. */
  private static Optional<String> validatorOf(HttpHeaders headers) {
    return headers
        .firstValue("ETag")
        .filter(tag -> tag.startsWith("\""))
        .or(() -> headers.firstValue("Last-Modified"));
  }

  private void receive(
      BodyQueue body, long from, long total, HttpHeaders headers, DownloadProgress progress)
      throws IOException, InterruptedException {
    checkSize(total);
    disk.require(Math.max(0, total - from) + reserve, partial.folder());
    long at = from;
    try (FileChannel out = from == 0 ? partial.restart(validatorOf(headers)) : partial.append()) {
      progress.at(at, total);
      for (var buffers = next(body); buffers != null; buffers = next(body)) {
        at += write(out, buffers);
        checkSize(at);
        progress.at(at, total);
      }
      out.force(true);
    }
    if (total >= 0 && at != total) {
      throw new RetryException("the server sent %,d of %,d bytes".formatted(at, total));
    }
  }

  /** Null at the end of the body. */
  private @Nullable List<ByteBuffer> next(BodyQueue body)
      throws InterruptedException, RetryException {
    try {
      return body.next(settings.readTimeout());
    } catch (BodyQueue.SilentServerException e) {
      throw new RetryException(e.getMessage(), e);
    } catch (IOException e) {
      throw new RetryException("the connection broke off: " + e.getMessage(), e);
    }
  }

  private long write(FileChannel out, List<ByteBuffer> buffers) throws IOException {
    long written = 0;
    try {
      for (ByteBuffer buffer : buffers) {
        while (buffer.hasRemaining()) {
          written += out.write(buffer);
        }
      }
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw new FileSystemException(partial.path().toString(), null, e.getMessage());
    }
    return written;
  }

  private void checkSize(long bytes) throws IOException {
    long most = settings.maxSize().toBytes();
    if (bytes > most) {
      partial.delete();
      throw new IOException(
          "%s is larger than the %,d bytes that resnet.datasets.download.max-size allows: check the address, or raise the limit."
              .formatted(HttpDownload.shown(address), most));
    }
  }
}
