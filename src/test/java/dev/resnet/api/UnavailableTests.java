package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

class UnavailableTests {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "No space left on device",
        "Disk quota exceeded",
        "There is not enough space on the disk"
      })
  void aFullVolumeIsNamed(String message) {
    Throwable written = new IllegalStateException(new IOException(message));
    assertThat(refusal(written)).contains("is full", "Free some space");
    assertThat(refusal(new FileSystemException("/data/x", null, message))).contains("is full");
  }

  @Test
  void postgreSqlsFullVolumeIsNamed() {
    var failure =
        new UncategorizedSQLException("insert", null, new SQLException("disk full", "53100"));
    assertThat(refusal(failure)).contains("is full");
  }

  @Test
  void aRollbackThatFailsAsWellHidesNothing() {
    var rollback = new TransactionSystemException("JDBC rollback failed");
    rollback.initApplicationException(new IOException("No space left on device"));
    assertThat(refusal(rollback)).contains("is full");
    assertThat(Unavailable.of(new TransactionSystemException("JDBC rollback failed"))).isEmpty();
  }

  @Test
  void aDatabaseOutOfReachIsSaidToBe() {
    assertThat(refusal(new DataAccessResourceFailureException("refused")))
        .contains("database can't be reached");
    assertThat(refusal(new CannotCreateTransactionException("refused")))
        .contains("database can't be reached");
  }

  @Test
  void aChangeThatWaitsTooLongForAnotherIsToBeTriedAgain() {
    assertThat(refusal(new CannotAcquireLockException("lock timeout")))
        .contains("Another change", "Try again");
  }

  @Test
  void anErrorOfTheVolumePasses() {
    var failure = new FileSystemException("/data/x", null, "Input/output error");
    assertThat(refusal(new UncheckedIOException(failure))).contains("resnet.home", "Try again");
    assertThat(Unavailable.of(new NoSuchFileException("/data/x"))).isEmpty();
  }

  @Test
  void otherFaultsAreNot() {
    assertThat(Unavailable.of(new IllegalStateException("No space left on device"))).isEmpty();
    assertThat(Unavailable.of(new IOException("Broken pipe"))).isEmpty();
    assertThat(Unavailable.of(new IOException())).isEmpty();
  }

  private static String refusal(Throwable failure) {
    ProblemException refusal = Unavailable.of(failure).orElseThrow();
    assertThat(refusal.status()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
    assertThat(refusal.retryAfter()).isEqualTo(Unavailable.RETRY);
    return refusal.getMessage();
  }
}
