package dev.resnet.engine;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the engines' handles and blocks of native memory, which no garbage collector frees. Every
 * creation is reported here, so a test can make the k-th one fail and see that nothing is left.
 */
public final class Natives {
  private static final AtomicLong OPEN = new AtomicLong();

  /** Called before each creation on its thread; it may throw. */
  private static final ThreadLocal<@Nullable Runnable> BEFORE = new ThreadLocal<>();

  /** What this thread has allocated since it started. */
  private static final ThreadLocal<long[]> ALLOCATED = ThreadLocal.withInitial(() -> new long[1]);

  private Natives() {}

  public static void opening() {
    Runnable before = BEFORE.get();
    if (before != null) {
      before.run();
    }
  }

  public static void opened() {
    OPEN.incrementAndGet();
  }

  public static void closed() {
    OPEN.decrementAndGet();
  }

  /** Reports the size of a block, in bytes. */
  public static void allocated(long bytes) {
    ALLOCATED.get()[0] += bytes;
  }

  /**
   * The bytes of all blocks that this thread has allocated, also of those that are freed: the
   * difference before and after something is made is what it takes.
   */
  public static long allocatedByThisThread() {
    return ALLOCATED.get()[0];
  }

  /** How many are open in the process. */
  public static long open() {
    return OPEN.get();
  }

  /** Calls {@code action} before each creation on this thread from now on; null for none. */
  public static void before(@Nullable Runnable action) {
    if (action == null) {
      BEFORE.remove();
    } else {
      BEFORE.set(action);
    }
  }
}
