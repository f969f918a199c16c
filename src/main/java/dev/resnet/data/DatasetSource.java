package dev.resnet.data;

import java.io.IOException;
import java.util.List;

/** One way to come by a data set; knows nothing of who waits for it or keeps it. */
public interface DatasetSource {

  String name();

  /** What can be said at once. */
  Overview overview();

  /**
   * Reads, draws or downloads the set. Ends soon with an {@link IOException} when the thread is
   * interrupted.
   *
   * @param listener never called if nothing is downloaded
   * @throws IOException where the set can't be had; the message says what to do
   */
  Dataset read(DownloadListener listener) throws IOException;

  /**
   * A set as it is before it was read.
   *
   * @param present false where it has to be downloaded first
   */
  record Overview(List<String> classes, int train, int test, boolean present) {}
}
