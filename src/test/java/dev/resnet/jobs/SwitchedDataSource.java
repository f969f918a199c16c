package dev.resnet.jobs;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database that tests can make unavailable and available again. */
final class SwitchedDataSource extends DelegatingDataSource {
  private volatile boolean away;
  private volatile boolean missed;

  SwitchedDataSource(DataSource dataSource) {
    super(dataSource);
  }

  void takeAway() {
    missed = false;
    away = true;
  }

  void bringBack() {
    away = false;
  }

  /** Whether anything has requested a connection since it became unavailable. */
  boolean missed() {
    return missed;
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (away) {
      missed = true;
      throw new SQLTransientConnectionException("the database is unavailable");
    }
    return super.getConnection();
  }
}
