package dev.resnet.models;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Serialises changes of one name; changes of other names do not wait.
 *
 * <p>Within a process, changes queue before they take a connection: H2 waits only a second or two
 * for a row lock, and many waiting connections would exhaust the pool. Other processes wait for the
 * row lock in PostgreSQL. Both waits have a limit.
 */
final class NamedChanges {
  /** PostgreSQL's SQLSTATE after lock_timeout. */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final Duration patience;
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  NamedChanges(JdbcTemplate jdbc, TransactionTemplate transaction, Duration patience) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.patience = patience;
  }

  /**
   * Runs a change in a separate transaction.
   *
   * @throws CannotAcquireLockException if another change of this name does not end in time
   */
  <T> T under(String name, Supplier<T> change) {
    ReentrantLock lock = locks.computeIfAbsent(name, unknown -> new ReentrantLock());
    acquire(lock, name);
    try {
      return Objects.requireNonNull(
          transaction.execute(
              status -> {
                jdbc.execute((ConnectionCallback<@Nullable Void>) this::limitWaits);
                return change.get();
              }));
    } catch (UncategorizedSQLException e) {
      // Spring does not translate this SQLSTATE.
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLException().getSQLState())) {
        throw new CannotAcquireLockException(busy(name), e);
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private static String busy(String name) {
    return "Another change of model '%s' is still in progress".formatted(name);
  }

  private void acquire(ReentrantLock lock, String name) {
    try {
      if (lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new CannotAcquireLockException(busy(name));
  }

  /** Without this, PostgreSQL waits without limit. H2 has its own limit. */
  private @Nullable Void limitWaits(Connection connection) throws SQLException {
    if ("PostgreSQL".equals(connection.getMetaData().getDatabaseProductName())) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("set local lock_timeout = " + patience.toMillis());
      }
    }
    return null;
  }
}
