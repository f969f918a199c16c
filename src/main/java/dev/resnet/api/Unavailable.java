package dev.resnet.api;

import dev.resnet.files.FullVolume;
import dev.resnet.files.VolumeFiles;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** Temporary failures: the same request may succeed later, and it has changed nothing. */
final class Unavailable {
  /** By then the data directory or the database may be available again. */
  static final Duration RETRY = Duration.ofSeconds(10);

  /** A chain of causes may be circular. */
  private static final int LONGEST_CHAIN = 50;

  private Unavailable() {}

  /** The error to send; empty if the failure is of another kind. */
  static Optional<ProblemException> of(Throwable thrown) {
    Throwable failure = beforeRollback(thrown);
    if (FullVolume.isCauseOf(failure)) {
      return Optional.of(
          problem(
              "The volume of the database or of resnet.home is full, so nothing can be written."
                  + " Free some space, then try again."));
    }
    if (VolumeFiles.errorIn(failure).isPresent()) {
      return Optional.of(
          problem("A file of resnet.home can't be read or written at present. Try again later."));
    }
    if (isOrHas(failure, PessimisticLockingFailureException.class)) {
      return Optional.of(
          problem("Another change of the same thing has not ended yet. Try again later."));
    }
    if (databaseAway(failure)) {
      return Optional.of(problem("The database can't be reached at present. Try again later."));
    }
    return Optional.empty();
  }

  /** A rollback that also fails, on a lost connection, hides the original exception. */
  private static Throwable beforeRollback(Throwable thrown) {
    return thrown instanceof TransactionSystemException e && e.getApplicationException() != null
        ? e.getApplicationException()
        : thrown;
  }

  private static ProblemException problem(String detail) {
    return new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, detail, List.of(), RETRY);
  }

  private static boolean isOrHas(Throwable failure, Class<? extends Throwable> type) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(LONGEST_CHAIN)
        .anyMatch(type::isInstance);
  }

  private static boolean databaseAway(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(LONGEST_CHAIN)
        .anyMatch(
            cause ->
                cause instanceof DataAccessResourceFailureException
                    || cause instanceof TransientDataAccessResourceException
                    || cause instanceof CannotCreateTransactionException);
  }
}
