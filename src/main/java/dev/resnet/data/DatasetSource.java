package dev.resnet.data;

import java.io.IOException;
import java.util.List;

/** Provides one data set. Neither keeps it in memory nor knows who waits for it. */
public interface DatasetSource {

  String name();

  /** What is known without reading the data set. */
  Overview overview();

  /**
   * Reads, generates or downloads the data set. If the thread is interrupted, it soon throws {@link
   * IOException}.
   *
   * @param listener never called if nothing is downloaded
   * @throws IOException if the data set is not available; the message says what to do
   */
  Dataset read(DownloadListener listener) throws IOException;

  /**
   * A data set before it has been read.
   *
   * @param present false if it has to be downloaded first
   */
  record Overview(List<String> classes, int train, int test, boolean present) {}
}
