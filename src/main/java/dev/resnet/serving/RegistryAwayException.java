package dev.resnet.serving;

import org.jspecify.annotations.Nullable;

/** The database is unavailable and this process has not read the model yet; try again later. */
public class RegistryAwayException extends RuntimeException {
  RegistryAwayException(@Nullable Throwable cause) {
    super("The database does not answer, and this process has not read the model yet", cause);
  }
}
