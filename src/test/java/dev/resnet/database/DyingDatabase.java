package dev.resnet.database;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database as a process sees it that may die: from then on nothing it does arrives. */
public final class DyingDatabase extends DelegatingDataSource {
  /** What ends a connection without changing anything. */
  private static final Set<String> HARMLESS =
      Set.of("rollback", "close", "isClosed", "setAutoCommit", "equals", "hashCode", "toString");

  private final BooleanSupplier dead;

  public DyingDatabase(DataSource database, BooleanSupplier dead) {
    super(database);
    this.dead = dead;
  }

  @Override
  public Connection getConnection() throws SQLException {
    requireLife();
    Connection real = super.getConnection();
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("commit") && dead.getAsBoolean()) {
                real.rollback();
              }
              if (!HARMLESS.contains(method.getName())) {
                requireLife();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void requireLife() throws SQLException {
    if (dead.getAsBoolean()) {
      throw new SQLException("the process is dead");
    }
  }
}
