package dev.resnet.data.download;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads one large file over a network that may fail at any moment: each attempt goes on where
 * the last one broke off, also after a restart of the service, and the whole is compared with its
 * MD5.
 */
public final class HttpDownload {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDownload.class);

  /** What to do where the network can't be had. */
  static final String REMEDY =
      "Check the network and the proxy (HTTPS_PROXY, or -Dhttps.proxyHost), or fetch the archive elsewhere and set"
          + " resnet.datasets.cifar10.uri to it.";

  /** How the time between two attempts passes. */
  @FunctionalInterface
  public interface Pause {
    void last(Duration time) throws InterruptedException;
  }

  private final DownloadSettings settings;
  private final Pause pause;
  private final DiskSpace disk;
  private final EnvironmentProxy proxy;
  private final HttpClient client;

  public HttpDownload(DownloadSettings settings, Pause pause, DiskSpace disk) {
    this(settings, pause, disk, EnvironmentProxy.ofProcess());
  }

  HttpDownload(DownloadSettings settings, Pause pause, DiskSpace disk, EnvironmentProxy proxy) {
    this.settings = settings;
    this.pause = pause;
    this.disk = disk;
    this.proxy = proxy;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(settings.connectTimeout())
            .proxy(proxy);
    proxy.credentials().ifPresent(builder::authenticator);
    this.client = builder.build();
  }

  /**
   * Downloads to {@code path}, going on with what is there.
   *
   * @param md5 of the whole; empty where any will do
   * @param reserve bytes that have to be left on the disk afterwards
   * @param done told the share that is done, 0 to 1, where the server says how much there is
   * @throws IOException where it can't be had; the message says what to do
   */
  public void fetch(URI address, Path path, String md5, long reserve, DoubleConsumer done)
      throws IOException {
    var partial = new PartialFile(path);
    var progress = new DownloadProgress(address, done);
    try {
      boolean patched = transfer(address, partial, reserve, progress);
      if (!matches(partial, md5) && patched) {
        // The server may have changed the file in between, and not its validator.
        LOG.warn("{}: the parts do not fit together; downloading it anew", shown(address));
        partial.delete();
        transfer(address, partial, reserve, progress);
      }
      if (!matches(partial, md5)) {
        String found = partial.md5();
        partial.delete();
        throw new IOException(
            "%s has the MD5 %s instead of %s: the file was changed on its way or at its source."
                    .formatted(shown(address), found, md5.toLowerCase(Locale.ROOT))
                + " Try again; for another archive set resnet.datasets.cifar10.md5 to its MD5, or"
                + " to nothing.");
      }
    } catch (FileSystemException e) {
      throw new IOException(
          "%s could not be written to: %s. Make room or grant the right to write, then try again."
              .formatted(path, e.getReason() == null ? e.toString() : e.getReason()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var stopped =
          new InterruptedIOException("the download of %s was stopped".formatted(shown(address)));
      stopped.initCause(e);
      throw stopped;
    }
  }

  /** Deletes what a download has left at {@code path}. */
  public void forget(Path path) throws IOException {
    new PartialFile(path).delete();
  }

  /** An address fit for logs and answers: what stands before @ or after ? may be a secret. */
  public static String shown(URI address) {
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    return "%s://%s%s%s"
        .formatted(address.getScheme(), address.getHost(), port, address.getRawPath());
  }

  private static boolean matches(PartialFile partial, String md5) throws IOException {
    return md5.isEmpty() || partial.md5().equalsIgnoreCase(md5);
  }

  /**
   * Attempts until the file is whole.
   *
   * @return whether it was put together from several answers
   */
  private boolean transfer(
      URI address, PartialFile partial, long reserve, DownloadProgress progress)
      throws IOException, InterruptedException {
    var request =
        new RangeRequest(client, proxy.nameFor(address), settings, disk, address, partial, reserve);
    long furthest = partial.size();
    int failures = 0;
    while (true) {
      try {
        return request.send(progress);
      } catch (RangeRequest.RetryException e) {
        long reached = partial.size();
        failures = reached > furthest ? 1 : failures + 1;
        furthest = Math.max(furthest, reached);
        if (failures >= settings.attempts()) {
          throw new IOException(
              "%s could not be downloaded: %s (%d %s). %s"
                  .formatted(
                      shown(address),
                      e.getMessage(),
                      failures,
                      failures == 1 ? "attempt" : "attempts in a row",
                      REMEDY),
              e);
        }
        Duration wait = waitAfter(failures);
        LOG.warn(
            "{}: {} at byte {}; next attempt in {}",
            shown(address),
            e.getMessage(),
            reached,
            Durations.inWords(wait));
        pause.last(wait);
      }
    }
  }

  /** Doubles with each failure, up to the longest. */
  private Duration waitAfter(int failures) {
    Duration wait = settings.firstWait();
    for (int i = 1; i < failures && wait.compareTo(settings.longestWait()) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    return wait.compareTo(settings.longestWait()) < 0 ? wait : settings.longestWait();
  }
}
