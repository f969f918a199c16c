package dev.resnet.data;

/** Is told how a download goes. */
@FunctionalInterface
public interface DownloadListener {

  /**
   * @param share of the whole, 0 to 1
   */
  void downloaded(double share);

  /** An attempt failed; the next one follows. The message says why, and what to do. */
  default void attemptFailed(String message) {}
}
