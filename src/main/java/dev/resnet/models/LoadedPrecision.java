package dev.resnet.models;

import java.util.Optional;

/** Knows in which precision a version in this process's memory computes; serving implements it. */
@FunctionalInterface
public interface LoadedPrecision {
  /** {@code float32} or {@code bfloat16}; empty if the version is not in memory. */
  Optional<String> precision(ModelVersion version);
}
