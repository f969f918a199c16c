package dev.resnet.models;

import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The registry's tables. */
public record RegistryTables(VersionRows versions, AliasRows aliases, NamedChanges changes) {
  /**
   * @param patience how long a change waits for another change of the same name
   */
  static RegistryTables in(
      DataSource database, PlatformTransactionManager transactions, Duration patience) {
    var jdbc = JdbcClient.create(database);
    return new RegistryTables(
        new VersionRows(jdbc),
        new AliasRows(jdbc),
        new NamedChanges(
            new JdbcTemplate(database), new TransactionTemplate(transactions), patience));
  }
}
