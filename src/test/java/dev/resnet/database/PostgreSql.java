package dev.resnet.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A real PostgreSQL, started once for all tests. Each caller gets a database of its own. */
public final class PostgreSql {
  /** Needs no password. */
  public static final String USER = "postgres";

  private static final EmbeddedPostgres SERVER = start();
  private static final String EMPTY = "template1";
  private static final String MIGRATED = migrated();

  private PostgreSql() {}

  private static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.start();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not start", e);
    }
  }

  private static String migrated() {
    String name = copyOf(EMPTY);
    Flyway.configure()
        .dataSource(url(name), USER, "")
        .locations("classpath:db/migration")
        .load()
        .migrate();
    return name;
  }

  /** The URL of a new database without tables. */
  public static String emptyDatabase() {
    return url(copyOf(EMPTY));
  }

  /** The URL of a new database with tables and without rows: much faster than the migrations. */
  public static String migratedDatabase() {
    return url(copyOf(MIGRATED));
  }

  private static String copyOf(String template) {
    String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
    JdbcClient.create(SERVER.getPostgresDatabase())
        .sql("create database %s template %s".formatted(name, template))
        .update();
    return name;
  }

  private static String url(String database) {
    return SERVER.getJdbcUrl(USER, database);
  }
}
