package dev.resnet.serving;

import org.jspecify.annotations.Nullable;

/** A model is not known to this process yet and the database can't be asked; try again later. */
public class RegistryAwayException extends RuntimeException {
  RegistryAwayException(@Nullable Throwable cause) {
    super("The database does not answer, and this process does not know the model yet", cause);
  }
}
