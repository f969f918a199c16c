package dev.resnet.training.checkpoint;

import java.io.IOException;

/** A checkpoint was read but this version can't use it; reading it again won't help. */
public final class UnusableCheckpointException extends IOException {
  UnusableCheckpointException(String message) {
    super(message);
  }

  UnusableCheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
