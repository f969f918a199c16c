package dev.resnet.training.checkpoint;

import java.util.Locale;

/** Whether to put a newly trained version into production. */
public enum Promote {
  ALWAYS,
  /** If its accuracy on the same test images is higher, or if nothing is in production. */
  IF_BETTER,
  NEVER;

  /** The name in the API. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Parses a {@link #wireName}. */
  public static Promote of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
