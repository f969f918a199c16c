package dev.resnet.data.download;

import dev.resnet.data.DownloadListener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.util.ReflectionUtils;

/**
 * Downloads one large file over an unreliable network. Each attempt continues where the previous
 * one stopped, also after a restart of the service. At the end the MD5 of the whole file is
 * verified.
 */
public final class HttpDownload {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDownload.class);

  private final DownloadSettings settings;
  private final ToLongFunction<Path> usableSpace;
  private final EnvironmentProxy proxy;
  private final HttpClient client;

  public HttpDownload(DownloadSettings settings) {
    this(
        settings,
        folder -> folder.toFile().getUsableSpace(),
        new EnvironmentProxy(System.getenv(), System.getProperties()));
  }

  HttpDownload(
      DownloadSettings settings, ToLongFunction<Path> usableSpace, EnvironmentProxy proxy) {
    this.settings = settings;
    this.usableSpace = usableSpace;
    this.proxy = proxy;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(settings.connectTimeout())
            .proxy(proxy);
    proxy.authenticator().ifPresent(builder::authenticator);
    this.client = builder.build();
  }

  /**
   * Downloads the file to {@code path}, or the part of it that is missing there.
   *
   * @param reserve bytes that must remain free on the disk
   * @throws IOException if the download fails; the message says what to do
   */
  public void fetch(RemoteFile file, Path path, long reserve, DownloadListener listener)
      throws IOException {
    var partial = new PartialFile(path);
    var request = new RangeRequest(client, proxy, settings, usableSpace, file, partial, reserve);
    if (transfer(request, listener) && !partial.matches(file.md5())) {
      // The server may have changed the file without changing its validator.
      LOG.warn("{}: the parts do not fit together; downloading it again", file);
      partial.delete();
      transfer(request, listener);
    }
    if (!partial.matches(file.md5())) {
      String found = partial.md5();
      partial.delete();
      throw new IOException(
          "%s has the MD5 %s instead of %s: the file was changed on its way or at its source. Try again; for another file set %s.md5 to its MD5, or to nothing."
              .formatted(file, found, file.md5(), file.settings()));
    }
  }

  /** Deletes the partial files of the download at {@code path}. */
  public void forget(Path path) throws IOException {
    new PartialFile(path).delete();
  }

  /**
   * Repeats attempts until the file is complete.
   *
   * @return whether it consists of parts of several responses
   */
  private boolean transfer(RangeRequest request, DownloadListener listener) throws IOException {
    var policy =
        RetryPolicy.builder()
            .predicate(e -> e instanceof RangeRequest.Failure failure && failure.passes())
            .backOff(new UntilNoProgress(settings, request.partial()::progress))
            .build();
    try {
      return new RetryTemplate(policy).execute(() -> attempt(request, listener));
    } catch (RetryException e) {
      throw failed(request, e.getCause());
    }
  }

  private static boolean attempt(RangeRequest request, DownloadListener listener)
      throws IOException, InterruptedException {
    try {
      return request.send(listener);
    } catch (RangeRequest.Failure e) {
      LOG.warn("At byte {}: {}", request.partial().progress(), e.getMessage());
      listener.attemptFailed(e.getMessage());
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw e;
    }
  }

  private IOException failed(RangeRequest request, Throwable cause) {
    if (Thread.currentThread().isInterrupted()) {
      return new InterruptedIOException("the download of " + request.file() + " was stopped");
    }
    if (cause instanceof RangeRequest.Failure failure) {
      String attempts = "%d attempts in a row failed. ".formatted(settings.attempts());
      return new IOException((failure.passes() ? attempts : "") + failure.getMessage(), cause);
    }
    if (cause instanceof IOException e) {
      return new IOException(
          "%s could not be written to (%s: %s). Make room or grant the right to write, then try again."
              .formatted(request.partial().path(), e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
    ReflectionUtils.rethrowRuntimeException(cause);
    throw new IllegalStateException(cause); // not reached
  }
}
