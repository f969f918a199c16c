package dev.resnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The data sets that a job can use: built-in ones and those that users have uploaded. */
public interface DatasetCatalog {

  /** All data sets, in the order in which they are listed. */
  List<DatasetInfo> list();

  /** Describes the version of a data set that new jobs use. */
  default Optional<DatasetInfo> info(String name) {
    return info(name, null);
  }

  /**
   * Describes one data set; empty if the name or the version is unknown. Returns at once: never
   * loads or downloads.
   *
   * @param version SHA-256 of a version of an uploaded data set; null for the current one. Built-in
   *     data sets have one version and ignore it
   */
  Optional<DatasetInfo> info(String name, @Nullable String version);

  /** The images of the version that new jobs use. */
  default Dataset load(String name) throws IOException {
    return load(name, null);
  }

  /**
   * The images. If they are not in memory yet, they are read, generated or downloaded, which may
   * take minutes; concurrent callers share one download. Interrupting the thread ends the wait with
   * {@link java.io.InterruptedIOException}.
   *
   * @param version as in {@link #info(String, String)}
   * @throws IOException if the data set is not available or is damaged; the message says what to do
   * @throws IllegalArgumentException if the name is unknown
   */
  Dataset load(String name, @Nullable String version) throws IOException;

  /**
   * One split, read little by little. An uploaded data set is not loaded for it; a built-in one is,
   * as by {@link #load(String, String)}.
   *
   * @param version as in {@link #info(String, String)}
   * @param test false for the training images
   * @throws IOException if the data set is not available or is damaged; the message says what to do
   * @throws IllegalArgumentException if the name is unknown
   */
  default ImageReader open(String name, @Nullable String version, boolean test) throws IOException {
    Dataset dataset = load(name, version);
    return ImageReader.of(dataset, test ? dataset.test() : dataset.train());
  }

  /**
   * Makes sure that a version of an uploaded data set exists until the caller's transaction ends.
   * Deletions wait until then, and see what the transaction has written.
   *
   * @throws DatasetRefusedException if the version does not exist
   */
  void hold(String name, String version);
}
