package dev.resnet.training.checkpoint;

import java.util.Locale;

/** Whether a newly trained version takes over its name's alias {@code production}. */
public enum Promote {
  ALWAYS,
  /** Where it does better on the same test images, or where nothing is in production. */
  IF_BETTER,
  NEVER;

  /** As clients write it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one that {@link #wireName} writes so. */
  public static Promote of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
