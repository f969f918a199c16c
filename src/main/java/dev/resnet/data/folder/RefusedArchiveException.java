package dev.resnet.data.folder;

import java.io.IOException;

/**
 * An archive, or a picture to add, that can't become part of a data set. The message names the
 * entry and says what to do; it is a sentence about the archive: "has …", "is …".
 */
public final class RefusedArchiveException extends IOException {
  RefusedArchiveException(String message) {
    super(message);
  }

  RefusedArchiveException(String message, Throwable cause) {
    super(message, cause);
  }
}
