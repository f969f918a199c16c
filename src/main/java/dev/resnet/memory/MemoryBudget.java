package dev.resnet.memory;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.util.unit.DataSize;

/**
 * A limit for the bytes that one kind of data may take at the same time, over all requests.
 * Requests wait in order; after the longest wait they get a {@link BusyException}.
 *
 * <p>Budgets are nested in a fixed order: the body, a received tensor, the images that are
 * classified, the decoding of one image. So there is no deadlock: the holder of the last budget
 * never waits for another.
 */
public final class MemoryBudget {
  /** Permits of a semaphore are ints; in units of this many bytes they reach 2 TB. */
  private static final int UNIT = 1024;

  private final DataSize size;
  private final Duration wait;
  private final String property;
  private final String what;

  /** Bytes up to which a request may take from the part that is kept for small ones. */
  private final long small;

  private final Semaphore units;
  private final Semaphore unitsForSmall;

  /**
   * @param size of the budget
   * @param wait the longest time to wait for it
   * @param property the setting to name in messages
   * @param what takes the memory, in the plural: "the images that are being decoded"
   */
  public MemoryBudget(DataSize size, Duration wait, String property, String what) {
    this(size, wait, property, what, 0, -1);
  }

  private MemoryBudget(
      DataSize size, Duration wait, String property, String what, long forSmall, long small) {
    this.size = DataSize.ofBytes(size.toBytes() - forSmall);
    this.wait = wait;
    this.property = property;
    this.what = what;
    this.small = small;
    this.units = units(this.size.toBytes());
    this.unitsForSmall = units(forSmall);
  }

  private static Semaphore units(long bytes) {
    return new Semaphore((int) Math.min(Integer.MAX_VALUE, bytes / UNIT), true);
  }

  /**
   * A budget of which a quarter is kept for requests of up to a sixty-fourth of it. So a small
   * request does not wait for large ones, of which few take all of the rest.
   */
  public static MemoryBudget withPartForSmall(
      DataSize size, Duration wait, String property, String what) {
    return new MemoryBudget(size, wait, property, what, size.toBytes() / 4, size.toBytes() / 64);
  }

  /** The configured size or, if that is 0, the maximum heap divided by {@code parts}. */
  public static DataSize orPartOfHeap(DataSize set, int parts) {
    return set.toBytes() > 0 ? set : DataSize.ofBytes(Runtime.getRuntime().maxMemory() / parts);
  }

  /** Without what is kept for small requests. */
  public DataSize size() {
    return size;
  }

  public String property() {
    return property;
  }

  /** Whether the budget is large enough for this many bytes. */
  public boolean holds(long bytes) {
    return bytes <= size.toBytes() / UNIT * UNIT;
  }

  /** The size for a message to a client. */
  public String sizeText() {
    return ByteSize.text(DataSize.ofBytes(size.toBytes() / UNIT * UNIT));
  }

  /**
   * Reserves bytes; closing the hold releases them.
   *
   * @throws BusyException if they do not become free in time
   */
  public Hold hold(long bytes) {
    var hold = new Hold();
    hold.add(bytes);
    return hold;
  }

  /** The bytes that one request holds. Not thread-safe. */
  public final class Hold implements AutoCloseable {
    private long bytes;
    private int held;
    private Semaphore from = units;

    private Hold() {}

    /** Reserves further bytes. The first ones decide whether the request counts as small. */
    public void add(long more) {
      int wanted = (int) Math.min(Integer.MAX_VALUE, (bytes + more + UNIT - 1) / UNIT) - held;
      if (wanted > 0 && !acquired(wanted, bytes + more)) {
        throw busy();
      }
      held += wanted;
      bytes += more;
    }

    private boolean acquired(int wanted, long all) {
      if (held == 0) {
        from = all <= small ? unitsForSmall : units;
        // What is free of the other part serves too, but a small request waits only for its own.
        if (from == unitsForSmall) {
          if (from.tryAcquire(wanted)) {
            return true;
          }
          if (units.tryAcquire(wanted)) {
            from = units;
            return true;
          }
        }
      }
      return MemoryBudget.this.acquired(from, wanted);
    }

    /** Releases all but this many bytes. */
    public void keep(long kept) {
      int wanted = (int) Math.min(held, (kept + UNIT - 1) / UNIT);
      from.release(held - wanted);
      held = wanted;
      bytes = Math.min(bytes, kept);
    }

    @Override
    public void close() {
      from.release(held);
      held = 0;
      bytes = 0;
    }
  }

  private boolean acquired(Semaphore from, int wanted) {
    try {
      return from.tryAcquire(wanted, wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private BusyException busy() {
    return new BusyException(
        "The service is busy: %s use all of the %s that %s allows."
            .formatted(what, sizeText(), property));
  }
}
