package dev.resnet.database;

import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;

/** Embedded databases in memory, with the settings of {@code application.yaml}. */
public final class InMemoryH2 {
  private InMemoryH2() {}

  /** A new database without tables. */
  public static JdbcDataSource emptyDatabase() {
    var database = new JdbcDataSource();
    database.setURL(
        "jdbc:h2:mem:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1"
            .formatted(UUID.randomUUID()));
    database.setUser("sa");
    return database;
  }
}
