package dev.resnet.data;

/** Receives the progress of a download. */
@FunctionalInterface
public interface DownloadListener {

  /**
   * @param share downloaded fraction of the whole, 0 to 1
   */
  void downloaded(double share);

  /** An attempt failed and will be followed by another. The message says why, and what to do. */
  default void attemptFailed(String message) {}
}
