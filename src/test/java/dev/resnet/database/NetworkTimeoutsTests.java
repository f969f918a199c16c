package dev.resnet.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class NetworkTimeoutsTests {
  private static final NetworkTimeouts TIMEOUTS = new NetworkTimeouts();

  private static HikariDataSource pool(String url) {
    var pool = new HikariDataSource();
    pool.setJdbcUrl(url);
    pool.setUsername(PostgreSql.USER);
    pool.setMaximumPoolSize(1);
    return (HikariDataSource) TIMEOUTS.postProcessBeforeInitialization(pool, "dataSource");
  }

  @Test
  void bothEndsGiveUpAfterAWhile() {
    try (HikariDataSource pool = pool(PostgreSql.migratedDatabase())) {
      assertThat(pool.getDataSourceProperties())
          .containsEntry("socketTimeout", "30")
          .containsEntry("connectTimeout", "5")
          .containsEntry("tcpKeepAlive", "true");
      assertThat(timeoutOfTransactions(pool)).isEqualTo("1min");
    }
  }

  @Test
  void whatTheOperatorSetsCounts() {
    var pool = new HikariDataSource();
    pool.setJdbcUrl(PostgreSql.migratedDatabase());
    pool.setUsername(PostgreSql.USER);
    pool.addDataSourceProperty("socketTimeout", "7");
    pool.setConnectionInitSql("set idle_in_transaction_session_timeout = '9s'");
    TIMEOUTS.postProcessBeforeInitialization(pool, "dataSource");
    try (pool) {
      assertThat(pool.getDataSourceProperties()).containsEntry("socketTimeout", "7");
      assertThat(timeoutOfTransactions(pool)).isEqualTo("9s");
    }
  }

  private static String timeoutOfTransactions(HikariDataSource pool) {
    return JdbcClient.create(pool)
        .sql("show idle_in_transaction_session_timeout")
        .query(String.class)
        .single();
  }

  @Test
  void aSilentNetworkEndsAStatement() throws Exception {
    String url = PostgreSql.migratedDatabase();
    try (var proxy = TcpProxy.to(url);
        HikariDataSource pool = pool(proxy.through(url) + "&socketTimeout=1");
        Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      proxy.become(TcpProxy.Network.SILENT);
      assertThatThrownBy(() -> statement.execute("select 1"))
          .hasRootCauseInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void aMigrationMayTakeLonger() {
    String url = PostgreSql.emptyDatabase();
    try (HikariDataSource pool = pool(url + "&socketTimeout=1")) {
      var flyway =
          Flyway.configure()
              .dataSource(pool)
              .initSql("select pg_sleep(1.2)")
              .locations("classpath:no-migrations")
              .failOnMissingLocations(false)
              .baselineOnMigrate(true);
      TIMEOUTS.customize(flyway);
      assertThat(flyway.load().migrate().success).isTrue();
    }
  }
}
