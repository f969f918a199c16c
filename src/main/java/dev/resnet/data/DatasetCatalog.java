package dev.resnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The data sets that a job can name. */
public interface DatasetCatalog {

  /** All of them, in the order they are shown. */
  List<DatasetInfo> list();

  /** One of them; empty where the name is not known. Answers at once: never loads or downloads. */
  Optional<DatasetInfo> info(String name);

  /**
   * The images, read, generated or downloaded where they are not in memory yet. May take minutes;
   * several callers share one download. Interrupting the thread ends the wait with {@link
   * java.io.InterruptedIOException}.
   *
   * @throws IOException where the set cannot be had or is damaged; the message says what to do
   * @throws IllegalArgumentException where the name is not known
   */
  Dataset load(String name) throws IOException;
}
