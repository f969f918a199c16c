package dev.resnet.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reopens the database after H2 closed it because of a failed write, for example on a full disk.
 * All connections still belong to the closed database, so all are evicted from the pool.
 */
final class ReopeningAfterFailure implements SQLExceptionOverride {
  private static final Logger LOG = LoggerFactory.getLogger(ReopeningAfterFailure.class);

  private static final Set<Integer> CLOSED =
      Set.of(
          ErrorCode.DATABASE_IS_CLOSED,
          ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
          ErrorCode.CONNECTION_BROKEN_1,
          ErrorCode.IO_EXCEPTION_1,
          ErrorCode.IO_EXCEPTION_2,
          ErrorCode.FILE_CORRUPTED_1);

  private final HikariDataSource pool;

  ReopeningAfterFailure(HikariDataSource pool) {
    this.pool = pool;
  }

  @java.lang.Override // the interface has a type with this name
  public Override adjudicate(SQLException exception) {
    if (!closed(exception)) {
      return Override.CONTINUE_EVICT;
    }
    HikariPoolMXBean connections = pool.getHikariPoolMXBean();
    if (connections != null) {
      LOG.warn("The embedded database closed itself and is being reopened: {}", text(exception));
      connections.softEvictConnections();
    }
    return Override.MUST_EVICT;
  }

  private static boolean closed(SQLException exception) {
    if (CLOSED.contains(exception.getErrorCode())) {
      return true;
    }
    for (Throwable cause = exception.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof MVStoreException) {
        return true;
      }
    }
    return false;
  }

  private static String text(SQLException exception) {
    Throwable root = exception;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
