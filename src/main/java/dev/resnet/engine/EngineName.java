package dev.resnet.engine;

import java.util.Locale;

/** Which engine executes a graph. {@link #AUTO} takes the first of the others that can. */
public enum EngineName {
  /** The fastest that can run the graph on this machine. */
  AUTO,
  /** The graph compiled into kernels for NVIDIA GPUs. */
  CUDA,
  /** The graph compiled into oneDNN primitives. */
  ONEDNN,
  /** Stock DL4J. */
  DL4J;

  /** As clients write it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one that {@link #wireName} writes so. */
  public static EngineName of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
