package dev.resnet.engine.onednn;

import dev.resnet.engine.OpenMp;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that helps with a single image while nothing else is classified. For a short time it
 * waits for the next image without sleeping, since waking it takes tens of microseconds.
 */
final class SecondThread {
  private static final long AWAKE = TimeUnit.MICROSECONDS.toNanos(100);

  private static final AtomicReference<@Nullable SharedSteps<?>> OFFERED = new AtomicReference<>();

  private static volatile boolean asleep;

  private static final Thread THREAD = start();

  private SecondThread() {}

  private static Thread start() {
    var thread = new Thread(() -> OpenMp.withThreads(1, SecondThread::live), "classify-second");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Asks for help with a run that begins now; false where it helps somebody else. */
  static boolean offer(SharedSteps<?> steps) {
    if (!OFFERED.compareAndSet(null, steps)) {
      return false;
    }
    if (asleep) {
      LockSupport.unpark(THREAD);
    }
    return true;
  }

  /** Ends what {@link #offer} began. */
  static void withdraw() {
    OFFERED.set(null);
  }

  private static Void live() {
    long since = System.nanoTime();
    while (true) {
      SharedSteps<?> offered = OFFERED.get();
      if (offered != null && offered.help()) {
        since = System.nanoTime();
      } else if (System.nanoTime() - since < AWAKE) {
        Thread.onSpinWait();
      } else {
        asleep = true;
        if (OFFERED.get() == null) {
          LockSupport.park(SecondThread.class);
        }
        asleep = false;
        since = System.nanoTime();
      }
    }
  }
}
