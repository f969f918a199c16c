package dev.resnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The data sets that a job can use. */
public interface DatasetCatalog {

  /** All data sets, in the order in which they are listed. */
  List<DatasetInfo> list();

  /**
   * Describes one data set; empty if the name is unknown. Returns at once: never loads or
   * downloads.
   */
  Optional<DatasetInfo> info(String name);

  /**
   * The images. If they are not in memory yet, they are read, generated or downloaded, which may
   * take minutes; concurrent callers share one download. Interrupting the thread ends the wait with
   * {@link java.io.InterruptedIOException}.
   *
   * @throws IOException if the data set is not available or is damaged; the message says what to do
   * @throws IllegalArgumentException if the name is unknown
   */
  Dataset load(String name) throws IOException;
}
