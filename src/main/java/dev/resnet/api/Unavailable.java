package dev.resnet.api;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** Faults that pass: the same request may succeed later, and nothing of it has been done. */
final class Unavailable {
  /** A client that comes back so soon may find the volume or the database mended. */
  static final Duration RETRY = Duration.ofSeconds(10);

  /** PostgreSQL's disk_full. */
  private static final String DISK_FULL = "53100";

  private Unavailable() {}

  /** What to tell the client; empty where the fault is none of these. */
  static Optional<ProblemException> of(Throwable thrown) {
    Throwable failure = beforeRollback(thrown);
    if (noSpace(failure)) {
      return Optional.of(
          problem(
              "The volume of the database or of resnet.home is full, so nothing can be written."
                  + " Free some space, then try again."));
    }
    if (databaseAway(failure)) {
      return Optional.of(problem("The database can't be reached at present. Try again later."));
    }
    return Optional.empty();
  }

  /** A rollback that fails as well, on a connection that is gone, hides what failed before it. */
  private static Throwable beforeRollback(Throwable thrown) {
    return thrown instanceof TransactionSystemException e && e.getApplicationException() != null
        ? e.getApplicationException()
        : thrown;
  }

  private static ProblemException problem(String detail) {
    return new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, detail, List.of(), RETRY);
  }

  private static boolean noSpace(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException e && DISK_FULL.equals(e.getSQLState())) {
        return true;
      }
      if (cause instanceof IOException && saysNoSpace(text(cause))) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable String text(Throwable cause) {
    return cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
  }

  /** As Linux, macOS and Windows say it; Java has no exception of its own for it. */
  private static boolean saysNoSpace(@Nullable String text) {
    return text != null
        && (text.contains("No space left on device")
            || text.contains("Disk quota exceeded")
            || text.contains("There is not enough space on the disk"));
  }

  private static boolean databaseAway(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataAccessResourceFailureException
          || cause instanceof TransientDataAccessResourceException
          || cause instanceof CannotCreateTransactionException) {
        return true;
      }
    }
    return false;
  }
}
