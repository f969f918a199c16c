package dev.resnet.jobs;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.files.FullVolume;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** What ended an attempt, by whether it will come again. */
enum Fault {
  /** The next attempt would end in the same way: a bad configuration, a diverged loss, a bug. */
  LASTING,
  /** It may be gone the next time, and fails the job if it comes back too often. */
  PASSING,
  /** It lies in the machine and hits every job alike: waited for without end. */
  OF_THE_MACHINE;

  /** Chains of causes may be circular. */
  private static final int LONGEST_CHAIN = 50;

  /** How native libraries say it, in exceptions of no type of their own. */
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

  static boolean isOutOfMemory(Throwable failure) {
    return failure instanceof OutOfMemoryError || says(failure, NO_MEMORY);
  }

  private static boolean passes(Throwable failure) {
    return failure instanceof IOException
        || failure instanceof SQLException
        || failure instanceof DataAccessException
        || failure instanceof TransactionException
        // A page of a mapped file that could not be read or written.
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
