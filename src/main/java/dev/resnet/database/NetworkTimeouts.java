package dev.resnet.database;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.stereotype.Component;

/**
 * Limits how long a silent network can hold a connection to PostgreSQL, on both ends. The driver
 * itself would wait for an answer for ever, and the server would keep the locks of a transaction
 * whose client is gone until TCP gives up: two hours. Migrations may take as long as they need.
 *
 * <p>The URL, {@code spring.datasource.hikari.data-source-properties} and {@code
 * spring.datasource.hikari.connection-init-sql} override each value.
 *
 * @see <a href="https://jdbc.postgresql.org/documentation/use/">The driver's parameters</a>
 */
@Component
final class NetworkTimeouts implements BeanPostProcessor, FlywayConfigurationCustomizer {
  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final String SOCKET_TIMEOUT = "socketTimeout";

  /** Seconds. The longest statement takes far less; an outage is then noticed within this time. */
  private static final Map<String, String> DRIVER =
      Map.of(SOCKET_TIMEOUT, "30", "connectTimeout", "5", "tcpKeepAlive", "true");

  /** No transaction of the service waits for anything but the database. */
  private static final String SESSION = "set idle_in_transaction_session_timeout = '60s'";

  @Override
  public Object postProcessBeforeInitialization(Object bean, String name) {
    if (bean instanceof HikariDataSource pool && isPostgreSql(pool)) {
      // Parameters in the URL come before these.
      DRIVER.forEach(pool.getDataSourceProperties()::putIfAbsent);
      if (pool.getConnectionInitSql() == null) {
        pool.setConnectionInitSql(SESSION);
      }
    }
    return bean;
  }

  private static boolean isPostgreSql(HikariDataSource pool) {
    String url = pool.getJdbcUrl();
    return url != null && url.toLowerCase(Locale.ROOT).startsWith(POSTGRESQL);
  }

  /**
   * A migration may be silent for longer than any timeout above, and Flyway's lock waits for it in
   * an idle transaction. So both get connections of their own.
   */
  @Override
  public void customize(FluentConfiguration flyway) {
    if (flyway.getDataSource() instanceof HikariDataSource pool && isPostgreSql(pool)) {
      var properties = new Properties();
      properties.putAll(pool.getDataSourceProperties());
      properties.setProperty(SOCKET_TIMEOUT, "0");
      var unlimited =
          new DriverManagerDataSource(
              pool.getJdbcUrl().replaceAll("(?i)([?&])socketTimeout=[^&]*", "$1"), properties);
      unlimited.setUsername(pool.getUsername());
      unlimited.setPassword(pool.getPassword());
      flyway.dataSource(unlimited);
    }
  }
}
