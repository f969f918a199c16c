package dev.resnet.fuzz;

import com.sun.management.ThreadMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What an input may leave behind and allocate. A target calls {@link #check} after each input. */
public final class Leaks {
  /** Inputs between two counts of open files, which take longer than an input. */
  private static final int EVERY = 5_000;

  /** The fuzzer and the JVM open some files late. */
  private static final int MORE_FILES = 40;

  private static final UnixOperatingSystemMXBean SYSTEM =
      (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long mostAllocated;
  private long inputs;
  private long files;
  private long allocated;

  /**
   * @param mostAllocated bytes that one input may allocate, garbage included; the fuzzer itself
   *     sometimes allocates 13 MB in between
   */
  public Leaks(long mostAllocated) {
    this.mostAllocated = mostAllocated;
  }

  public void begin() {
    allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /** Fails if the input allocated too much, or if more and more files are open. */
  public void check() {
    long bytes = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated;
    // The first inputs load classes.
    if (++inputs > EVERY && bytes > mostAllocated) {
      throw new AssertionError("One input allocated %,d bytes.".formatted(bytes));
    }
    if (inputs % EVERY == 0) {
      long open = SYSTEM.getOpenFileDescriptorCount();
      files = inputs == EVERY ? open : files;
      if (open > files + MORE_FILES) {
        throw new AssertionError("%d files are open, %d at first.".formatted(open, files));
      }
    }
  }
}
