package dev.resnet.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.resnet.files.Disk.Mode;
import org.jspecify.annotations.Nullable;

/** Lets each operation on files of some work fail, one after the other, as SQLite is tested. */
public final class EveryOperation {
  /** More operations than any work under test has. */
  private static final int MOST = 2000;

  private EveryOperation() {}

  /** Work whose files may fail at any moment. */
  public interface Work {
    /** Before the disk fails. */
    default void prepare(int k) throws Exception {}

    /** While the k-th operation fails. */
    void run(int k) throws Exception;

    /**
     * After the disk works again; after a death, on the disk of the next process.
     *
     * @param thrown by {@link #run}; null if it said that all is done
     */
    void check(int k, @Nullable Throwable thrown) throws Exception;
  }

  /**
   * @return the number of operations
   */
  public static int fails(Disk disk, Mode mode, Work work) throws Exception {
    for (int k = 1; k < MOST; k++) {
      int trial = k;
      work.prepare(k);
      int open = disk.open();
      disk.failAt(mode, k);
      Throwable thrown = catchThrowable(() -> work.run(trial));
      boolean reached = disk.reached();
      var operations = disk.operations();
      disk.heal();
      String where = "%s at operation %d of %s".formatted(mode, k, operations);
      try {
        assertThat(disk.open()).as("open files").isEqualTo(open);
        work.check(k, thrown);
      } catch (Throwable e) {
        if (thrown != null) {
          e.addSuppressed(thrown);
        }
        throw new AssertionError(where, e);
      }
      if (!reached) {
        assertThat(thrown).as("nothing failed").isNull();
        assertThat(operations).hasSizeGreaterThanOrEqualTo(mode == Mode.NO_SPACE ? 1 : k - 1);
        return k - 1;
      }
    }
    throw new AssertionError("more than %d operations".formatted(MOST));
  }
}
