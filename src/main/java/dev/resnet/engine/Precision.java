package dev.resnet.engine;

import java.util.Locale;

/**
 * The type of activations and their gradients; parameters, statistics and loss are float32 in each
 * case.
 */
public enum Precision {
  /** What the engine is fastest with on this machine without losing accuracy. */
  AUTO,
  FLOAT32,
  BFLOAT16;

  /** As clients write it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one that {@link #wireName} writes so. */
  public static Precision of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
