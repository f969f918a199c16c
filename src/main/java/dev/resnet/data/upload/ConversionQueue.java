package dev.resnet.data.upload;

/** The conversions that wait; see {@link ConversionTask}. */
interface ConversionQueue {

  /** Adds an upload, within the caller's transaction. */
  void add(String upload);

  /** Looks for conversions now rather than at the next poll. */
  void wake();
}
