package dev.resnet.engine.onednn;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts this engine's handles and blocks of native memory, which no garbage collector frees. Every
 * creation is reported here, so a test can make the k-th one fail and see that nothing is left.
 */
final class Natives {
  private static final AtomicLong OPEN = new AtomicLong();

  /** Called before each creation on its thread; it may throw. */
  private static final ThreadLocal<@Nullable Runnable> BEFORE = new ThreadLocal<>();

  private Natives() {}

  static void opening() {
    Runnable before = BEFORE.get();
    if (before != null) {
      before.run();
    }
  }

  static void opened() {
    OPEN.incrementAndGet();
  }

  static void closed() {
    OPEN.decrementAndGet();
  }

  /** How many are open in the process. */
  static long open() {
    return OPEN.get();
  }

  /** Calls {@code action} before each creation on this thread from now on; null for none. */
  static void before(@Nullable Runnable action) {
    if (action == null) {
      BEFORE.remove();
    } else {
      BEFORE.set(action);
    }
  }
}
