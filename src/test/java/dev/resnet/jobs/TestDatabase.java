package dev.resnet.jobs;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Fresh, migrated databases of both kinds. */
final class TestDatabase {
  private TestDatabase() {}

  /** H2 in memory, with the settings of {@code application.yaml}. */
  static HikariDataSource h2() {
    return migrated(
        "jdbc:h2:mem:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            .formatted(UUID.randomUUID()),
        "sa");
  }

  /** A separate database on a real server, which is started once. */
  static HikariDataSource postgreSql() {
    String name = "jobs_" + UUID.randomUUID().toString().replace('-', '_');
    JdbcClient.create(Server.POSTGRES.getPostgresDatabase())
        .sql("create database " + name)
        .update();
    return migrated(Server.POSTGRES.getJdbcUrl("postgres", name), "postgres");
  }

  private static HikariDataSource migrated(String url, String user) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword("");
    var dataSource = new HikariDataSource(config);
    Flyway.configure().dataSource(dataSource).locations("classpath:db/migration").load().migrate();
    return dataSource;
  }

  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder().start();
      } catch (IOException e) {
        throw new UncheckedIOException("PostgreSQL does not start", e);
      }
    }
  }
}
