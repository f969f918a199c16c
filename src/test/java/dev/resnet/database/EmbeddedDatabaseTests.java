package dev.resnet.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.jdbc.core.JdbcTemplate;

class EmbeddedDatabaseTests {
  @TempDir private Path folder;

  @BeforeEach
  void anEmptyDisk() {
    FullDisk.register();
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:h2:file:/d/db;MODE=PostgreSQL, jdbc:h2:file:synced:async:/d/db;MODE=PostgreSQL;WRITE_DELAY=0",
    "jdbc:h2:./d/db,                     jdbc:h2:file:synced:async:./d/db;WRITE_DELAY=0",
    "jdbc:h2:~/db,                       jdbc:h2:file:synced:async:~/db;WRITE_DELAY=0",
    "jdbc:h2:file:C:/d/db,               jdbc:h2:file:synced:async:C:/d/db;WRITE_DELAY=0",
    "jdbc:h2:nio:/d/db,                  jdbc:h2:file:synced:nio:/d/db;WRITE_DELAY=0",
    "jdbc:h2:/db;write_delay=500;A=1,    jdbc:h2:file:synced:async:/db;A=1;WRITE_DELAY=0",
    "jdbc:h2:tcp://host/db,              jdbc:h2:tcp://host/db;WRITE_DELAY=0",
    "jdbc:h2:mem:name;WRITE_DELAY=500,   jdbc:h2:mem:name;WRITE_DELAY=500"
  })
  void aUrlOfTheUserIsMadeDurable(String url, String durable) {
    assertThat(EmbeddedDatabase.durable(url)).isEqualTo(durable);
  }

  @Test
  void otherDatabasesAreNotChanged() {
    try (var pool = new HikariDataSource()) {
      pool.setJdbcUrl("jdbc:postgresql://host/db");
      EmbeddedDatabase.prepare(pool);
      assertThat(pool.getJdbcUrl()).isEqualTo("jdbc:postgresql://host/db");
      assertThat(pool.getConnectionTestQuery()).isNull();
    }
  }

  @Test
  void aCommitIsFlushedWhenItReturns() {
    try (HikariDataSource pool = open("fulldisk:")) {
      var jdbc = new JdbcTemplate(pool);
      jdbc.execute("create table kept(n int primary key)");
      for (int n = 0; n < 20; n++) {
        jdbc.update("insert into kept values (?)", n);
        assertThat(FullDisk.UNFLUSHED).as("after row %d", n).hasValue(0);
      }
    }
  }

  @Test
  void reopensOnceTheFullDiskHasSpaceAgain() throws Exception {
    try (HikariDataSource pool = open("fulldisk:")) {
      var jdbc = new JdbcTemplate(pool);
      var health = new DataSourceHealthIndicator(pool, pool.getConnectionTestQuery());
      jdbc.execute("create table kept(n int primary key)");
      jdbc.update("insert into kept values (1)");
      fill(pool);

      FullDisk.FULL.set(true);
      for (int n = 0; n < 3; n++) {
        assertThatThrownBy(() -> jdbc.update("insert into kept values (2)"))
            .rootCause()
            .hasMessageContaining("No space left on device");
        // Committed rows can still be read.
        assertThat(jdbc.queryForList("select n from kept", Integer.class)).containsExactly(1);
      }
      assertThat(health.health().getStatus()).isEqualTo(Status.UP);

      FullDisk.FULL.set(false);
      assertThat(health.health().getStatus()).isEqualTo(Status.UP);
      jdbc.update("insert into kept values (4)");
      assertThat(jdbc.queryForList("select n from kept order by n", Integer.class))
          .containsExactly(1, 4);
    }
  }

  @Test
  void anInterruptInTheMiddleOfAWriteLeavesTheDatabaseOpen() {
    try (HikariDataSource pool = open("")) {
      var jdbc = new JdbcTemplate(pool);
      jdbc.execute("create table kept(n int primary key)");
      for (int n = 0; n < 20; n++) {
        int row = n;
        withConnection(
            pool,
            connection -> {
              Thread.currentThread().interrupt();
              try (var statement = connection.createStatement()) {
                statement.executeUpdate("insert into kept values (" + row + ")");
              } finally {
                assertThat(Thread.interrupted()).isTrue();
              }
            });
      }
      assertThat(jdbc.queryForObject("select count(*) from kept", Integer.class)).isEqualTo(20);
    }
  }

  private interface Work {
    void on(Connection connection) throws SQLException;
  }

  private static void withConnection(HikariDataSource pool, Work work) {
    try (Connection connection = pool.getConnection()) {
      work.on(connection);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Fills the pool with connections. */
  private static void fill(HikariDataSource pool) throws SQLException {
    List<Connection> connections = new ArrayList<>();
    for (int n = 0; n < pool.getMaximumPoolSize(); n++) {
      connections.add(pool.getConnection());
    }
    for (Connection connection : connections) {
      connection.close();
    }
  }

  private HikariDataSource open(String fileSystem) {
    var pool = new HikariDataSource();
    pool.setJdbcUrl("jdbc:h2:" + fileSystem + folder.resolve("db"));
    pool.setUsername("sa");
    pool.setPassword("");
    EmbeddedDatabase.prepare(pool);
    return pool;
  }
}
