package dev.resnet.serving;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.jdbc.core.simple.JdbcClient;

class PostgreSqlModelRegistryTests extends ModelRegistryContract {
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Override
  DataSource database() {
    var database = server.getPostgresDatabase();
    JdbcClient.create(database).sql("drop schema public cascade").update();
    JdbcClient.create(database).sql("create schema public").update();
    return database;
  }

  @Override
  List<ModelRegistry> concurrentProcesses() {
    return List.of(registry(), registry(), registry());
  }
}
