package dev.resnet.data.download;

import java.net.URI;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how far a download is: its listener all the time, the log at each tenth. */
final class DownloadProgress {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadProgress.class);
  private static final double MEGABYTE = 1e6;

  private final String address;
  private final DoubleConsumer listener;
  private int tenth = -1;

  DownloadProgress(URI address, DoubleConsumer listener) {
    this.address = HttpDownload.shown(address);
    this.listener = listener;
  }

  /**
   * @param total bytes; negative where the server does not say
   */
  void at(long bytes, long total) {
    if (total <= 0) {
      return;
    }
    listener.accept((double) bytes / total);
    int reached = (int) (bytes * 10 / total);
    if (reached != tenth) {
      tenth = reached;
      LOG.info("{}: {} % of {} MB", address, reached * 10, "%.1f".formatted(total / MEGABYTE));
    }
  }
}
