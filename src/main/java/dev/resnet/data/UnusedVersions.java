package dev.resnet.data;

import java.time.Instant;
import java.util.List;

/** The versions of uploaded data sets that nothing uses. */
public interface UnusedVersions {

  /**
   * A version of a data set.
   *
   * @param size bytes of its files
   */
  record Version(String dataset, String sha256, long size) {}

  /** Those that have not been current since before that time, and that no job needs. */
  List<Version> since(Instant before);

  /**
   * Deletes one of them.
   *
   * @return false if it is used by now
   */
  boolean delete(Version version, Instant before);
}
