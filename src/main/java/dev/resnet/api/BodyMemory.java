package dev.resnet.api;

import dev.resnet.memory.MemoryBudget;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.springframework.http.HttpStatus;

/**
 * The memory that the body of one request takes from the budget. If the body's length is declared,
 * that much is reserved before the first byte is read. Otherwise the maximum is reserved once the
 * body is no longer small, and the unused rest is released at the end of the body. Reserving step
 * by step would not work: concurrent bodies would each hold a part and wait for the others.
 */
final class BodyMemory implements AutoCloseable {
  /** Bytes of a body that need no reservation. One such body per thread takes a few megabytes. */
  static final int FREE = 64 << 10;

  /** Bytes of memory per byte of an image with a declared length: one array. */
  private static final int PICTURE = 1;

  /**
   * Bytes of memory per byte of other bodies: the body and what is read from it, or a growing
   * array.
   */
  private static final int OTHER = 2;

  /**
   * Bytes of memory per byte of a multipart body: the container's buffers, which double as a part
   * grows, and the part's own bytes.
   */
  private static final int MULTIPART = 3;

  private final HttpServletRequest request;
  private final MemoryBudget budget;
  private final long largest;
  private final MemoryBudget.Hold hold;
  private final boolean multipart;
  private final int factor;
  private final Duration maxTime;
  private final LongSupplier nanoTime;
  private long start;
  private boolean begun;
  private long read;
  private long covered = FREE;

  /**
   * @param largest maximum length in bytes, for a body without a declared length
   * @param maxTime how long a body may take to arrive
   * @param nanoTime like {@link System#nanoTime}
   */
  BodyMemory(
      HttpServletRequest request,
      MemoryBudget budget,
      long largest,
      Duration maxTime,
      LongSupplier nanoTime) {
    this.maxTime = maxTime;
    this.nanoTime = nanoTime;
    this.request = request;
    this.budget = budget;
    this.largest = largest;
    this.hold = budget.hold(0);
    String type = request.getContentType() == null ? "" : request.getContentType();
    String lower = type.strip().toLowerCase(Locale.ROOT);
    multipart = lower.startsWith("multipart/");
    boolean exact = lower.startsWith("image/") && request.getContentLengthLong() >= 0;
    factor = multipart ? MULTIPART : exact ? PICTURE : OTHER;
  }

  /** Called before the first byte is read. */
  void begin() {
    if (begun) {
      return;
    }
    begun = true;
    start = nanoTime.getAsLong();
    long length = request.getContentLengthLong();
    if (length > FREE) {
      take(length);
    } else if (length < 0 && multipart) {
      takeLargest(); // The container may read the parts itself, without calling count.
    }
  }

  /** Called after this many more bytes have been read. */
  void count(long bytes) {
    read += bytes;
    if (read > covered && covered == FREE) {
      takeLargest();
    }
    if (read > covered) {
      throw tooLarge();
    }
    if (nanoTime.getAsLong() - start > maxTime.toNanos()) {
      throw new ProblemException(
          HttpStatus.REQUEST_TIMEOUT,
          "The body took longer than %d s to arrive, the limit set by %s. Send it faster, or less at once."
              .formatted(maxTime.toSeconds(), BodyMemoryProperties.MAX_TIME));
    }
  }

  /** Called at the end of the body. */
  void end() {
    if (covered > read && read > 0) {
      covered = Math.max(FREE, read);
      hold.keep(read <= FREE ? 0 : read * factor);
    }
  }

  private void takeLargest() {
    take(Math.max(FREE, Math.min(largest, budget.size().toBytes() / factor)));
  }

  private void take(long length) {
    if (!budget.holds(length * factor)) {
      throw tooLarge();
    }
    hold.add(length * factor);
    covered = length;
  }

  private ProblemException tooLarge() {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The body takes more than %s of memory, all that bodies may take, the limit set by %s. Send less at once."
            .formatted(budget.sizeText(), budget.property()));
  }

  @Override
  public void close() {
    hold.close();
  }
}
