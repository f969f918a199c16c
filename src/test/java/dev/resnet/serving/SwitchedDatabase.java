package dev.resnet.serving;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database that tests can make unavailable; meanwhile requests for connections block. */
public final class SwitchedDatabase extends DelegatingDataSource {
  private volatile @Nullable CountDownLatch away;
  private volatile boolean refusing;

  public SwitchedDatabase(DataSource database) {
    super(database);
  }

  /** From now on requests for connections block, as with a pool whose database does not answer. */
  public void goAway() {
    away = new CountDownLatch(1);
  }

  /** From now on requests for connections fail, as with a pool after its timeout. */
  void refuse() {
    refusing = true;
  }

  public void comeBack() {
    refusing = false;
    CountDownLatch waiting = away;
    away = null;
    if (waiting != null) {
      waiting.countDown();
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    CountDownLatch waiting = away;
    try {
      if (waiting != null) {
        waiting.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", e);
    }
    if (refusing) {
      throw new SQLException("Connection is not available");
    }
    return super.getConnection();
  }
}
