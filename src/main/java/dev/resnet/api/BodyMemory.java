package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.springframework.http.HttpStatus;

/**
 * What the body of one request takes of the budget: all of it before the first byte is read where
 * its length is known, else more and more as it comes.
 */
final class BodyMemory implements AutoCloseable {
  /** Smaller bodies are free: as many as there are threads take some megabytes. */
  static final int FREE = 64 << 10;

  /** A body of unknown length takes more in steps of this many bytes. */
  private static final int STEP = 256 << 10;

  /** One array of the announced length. */
  private static final int PICTURE = 1;

  /** The body, and what is read from it, or an array that grows. */
  private static final int OTHER = 2;

  /** The container's buffers, which double as a part grows, and one part's own bytes. */
  private static final int MULTIPART = 3;

  private final HttpServletRequest request;
  private final MemoryBudget budget;
  private final long largestMultipart;
  private final MemoryBudget.Hold hold;
  private final boolean multipart;
  private final int factor;
  private boolean begun;
  private long read;
  private long covered = FREE;
  private long taken;

  BodyMemory(HttpServletRequest request, MemoryBudget budget, long largestMultipart) {
    this.request = request;
    this.budget = budget;
    this.largestMultipart = largestMultipart;
    this.hold = budget.hold(0);
    String type = request.getContentType() == null ? "" : request.getContentType();
    String lower = type.strip().toLowerCase(Locale.ROOT);
    multipart = lower.startsWith("multipart/");
    boolean exact = lower.startsWith("image/") && request.getContentLengthLong() >= 0;
    factor = multipart ? MULTIPART : exact ? PICTURE : OTHER;
  }

  boolean isMultipart() {
    return multipart;
  }

  /** Before the first byte is read. */
  void begin() {
    if (begun) {
      return;
    }
    begun = true;
    long length = request.getContentLengthLong();
    if (length > FREE) {
      take(length * factor);
      covered = length;
    } else if (length < 0 && multipart && largestMultipart > FREE) {
      // The container reads parts by itself, so they can't be counted as they come.
      hold.add(Math.min(largestMultipart * factor, budget.size().toBytes()));
      covered = Long.MAX_VALUE;
    }
  }

  /** After so many further bytes have been read. */
  void count(long bytes) {
    read += bytes;
    while (read > covered) {
      long first = covered == FREE ? FREE : 0;
      take((STEP + first) * factor);
      covered += STEP;
    }
  }

  private void take(long bytes) {
    taken += bytes;
    if (!budget.holds(taken)) {
      throw new ProblemException(
          HttpStatus.CONTENT_TOO_LARGE,
          "The body takes more than %s of memory, all that bodies may take, the limit set by %s. Send less at once."
              .formatted(budget.sizeText(), budget.property()));
    }
    hold.add(bytes);
  }

  @Override
  public void close() {
    hold.close();
  }
}
