package dev.resnet.jobs;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.engine.GpuException;
import dev.resnet.files.FullVolume;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Kinds of failures of an attempt, by whether a retry can help. */
enum Fault {
  /** A retry would fail in the same way: a bad configuration, a diverged loss, a bug. */
  LASTING,
  /** A retry may succeed; after too many retries in a row the job fails. */
  PASSING,
  /** The machine's fault, which affects every job, such as a full disk; retried without limit. */
  OF_THE_MACHINE;

  /** Chains of causes may be circular. */
  private static final int LONGEST_CHAIN = 50;

  /** What native libraries say when memory runs out; their exceptions have no specific type. */
  private static final List<String> NO_MEMORY =
      List.of(
          "out of memory",
          "out_of_memory",
          "bad_alloc",
          "failed to allocate",
          "allocation failed",
          "cannot allocate");

  static Fault of(Throwable failure) {
    List<Throwable> chain = chain(failure);
    if (any(chain, DamagedDatasetException.class::isInstance)) {
      return LASTING;
    }
    Optional<GpuException> ofTheGpu = ofTheGpu(chain);
    if (ofTheGpu.isPresent()) {
      // A loss passes for the job: another process runs it, or this one after its restart. It is
      // retried with a limit, since a kernel's error may repeat with the same job.
      return switch (ofTheGpu.get().kind()) {
        case LOST, BUSY -> PASSING;
        case OUT_OF_MEMORY, REFUSED -> LASTING;
      };
    }
    if (FullVolume.isCauseOf(failure) || any(chain, LinkageError.class::isInstance)) {
      return OF_THE_MACHINE;
    }
    return any(chain, Fault::passes) ? PASSING : LASTING;
  }

  /** A failure with its causes, the outermost first. */
  static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable at = failure; at != null && chain.size() < LONGEST_CHAIN; at = at.getCause()) {
      chain.add(at);
    }
    return chain;
  }

  static Optional<GpuException> ofTheGpu(List<Throwable> chain) {
    return chain.stream()
        .filter(GpuException.class::isInstance)
        .map(GpuException.class::cast)
        .findFirst();
  }

  static boolean isOutOfMemory(Throwable failure) {
    return failure instanceof OutOfMemoryError || says(failure, NO_MEMORY);
  }

  private static boolean passes(Throwable failure) {
    return failure instanceof IOException
        || failure instanceof SQLException
        || failure instanceof DataAccessException
        || failure instanceof TransactionException
        // Java's error when a page of a memory-mapped file can't be read or written.
        || failure instanceof InternalError
        || isOutOfMemory(failure);
  }

  private static boolean says(Throwable failure, List<String> words) {
    String message = failure.getMessage();
    return message != null && words.stream().anyMatch(message.toLowerCase(Locale.ROOT)::contains);
  }

  private static boolean any(List<Throwable> chain, Predicate<Throwable> test) {
    return chain.stream().anyMatch(test);
  }
}
