package dev.resnet.data;

import java.io.IOException;

/** The files of a data set exist but are damaged; the message says where. */
public final class DamagedDatasetException extends IOException {
  public DamagedDatasetException(String message) {
    super(message);
  }

  public DamagedDatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
