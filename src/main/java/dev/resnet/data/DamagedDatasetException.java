package dev.resnet.data;

import java.io.IOException;

/** Files of a data set are there, but are not what they should be; the message names the place. */
public final class DamagedDatasetException extends IOException {
  public DamagedDatasetException(String message) {
    super(message);
  }

  public DamagedDatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
