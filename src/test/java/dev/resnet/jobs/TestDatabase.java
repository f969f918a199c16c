package dev.resnet.jobs;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.database.PostgreSql;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** Fresh, migrated databases of both kinds. The migrations run once for all of them. */
public final class TestDatabase {
  private static final String MIGRATED = String.join("\n", migrated());

  private TestDatabase() {}

  /** H2 in memory, with the settings of {@code application.yaml}. */
  public static HikariDataSource h2() {
    HikariDataSource database = emptyH2();
    new JdbcTemplate(database).execute(MIGRATED);
    return database;
  }

  /** The statements that make the migrated schema, the history of its migrations included. */
  private static List<String> migrated() {
    try (HikariDataSource database = emptyH2()) {
      Flyway.configure().dataSource(database).locations("classpath:db/migration").load().migrate();
      return new JdbcTemplate(database).queryForList("script nopasswords nosettings", String.class);
    }
  }

  private static HikariDataSource emptyH2() {
    return open(
        "jdbc:h2:mem:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            .formatted(UUID.randomUUID()),
        "sa");
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
