package dev.resnet.api;

import dev.resnet.memory.MemoryBudget;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.springframework.http.HttpStatus;

/**
 * What the body of one request takes of the budget. Where its length is known, so much is taken
 * before the first byte is read. Else the most that it may have is taken once it is no longer
 * small, and the rest is given back at its end. Taking more and more as it comes would not do:
 * bodies that come together would each hold a part and wait for the others.
 */
final class BodyMemory implements AutoCloseable {
  /** Smaller bodies are free: as many as there are threads take some megabytes. */
  static final int FREE = 64 << 10;

  /** One array of the announced length. */
  private static final int PICTURE = 1;

  /** The body, and what is read from it, or an array that grows. */
  private static final int OTHER = 2;

  /** The container's buffers, which double as a part grows, and one part's own bytes. */
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
   * @param largest bytes of a body, its length being unknown
   * @param maxTime until a body has arrived
   * @param nanoTime as {@link System#nanoTime}
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

  /** Before the first byte is read. */
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
      takeLargest(); // The container may read the parts by itself, past what is counted here.
    }
  }

  /** After so many further bytes have been read. */
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

  /** At the end of the body. */
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
