package dev.resnet.jobs;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.database.PostgreSql;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/** Fresh, migrated databases of both kinds. */
public final class TestDatabase {
  private TestDatabase() {}

  /** H2 in memory, with the settings of {@code application.yaml}. */
  public static HikariDataSource h2() {
    HikariDataSource database =
        open(
            "jdbc:h2:mem:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
                .formatted(UUID.randomUUID()),
            "sa");
    Flyway.configure().dataSource(database).locations("classpath:db/migration").load().migrate();
    return database;
  }

  /** A separate database on a real server. */
  public static HikariDataSource postgreSql() {
    return open(PostgreSql.migratedDatabase(), PostgreSql.USER);
  }

  private static HikariDataSource open(String url, String user) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword("");
    return new HikariDataSource(config);
  }
}
