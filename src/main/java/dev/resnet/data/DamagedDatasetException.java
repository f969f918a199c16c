package dev.resnet.data;

import java.io.IOException;

/** Files of a data set are there, but are not what they should be; the message names the place. */
final class DamagedDatasetException extends IOException {
  DamagedDatasetException(String message) {
    super(message);
  }

  DamagedDatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
