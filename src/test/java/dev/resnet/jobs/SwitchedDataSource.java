package dev.resnet.jobs;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database that can be taken away and brought back. */
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

  /** Whether somebody has asked for it since it was taken away. */
  boolean missed() {
    return missed;
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (away) {
      missed = true;
      throw new SQLTransientConnectionException("the database is away");
    }
    return super.getConnection();
  }
}
