package dev.resnet.engine.cuda;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process has lost its GPU. CUDA can't bring a context back after such an error, and
 * not even a new one helps in the same process, so this holds until the process ends.
 */
final class LostDevice {
  private static volatile @Nullable String reason;

  private LostDevice() {}

  /** The first reason stays: it is the cause of those that follow. */
  static synchronized void remember(String message) {
    if (reason == null) {
      reason = message;
    }
  }

  static Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  /** For tests, whose GPU isn't really lost. */
  static synchronized void forget() {
    reason = null;
  }
}
