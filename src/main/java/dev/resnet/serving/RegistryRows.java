package dev.resnet.serving;

import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The registry's tables. */
record RegistryRows(ModelVersions versions, ModelAliases aliases, NamedChanges changes) {
  /** Changes take milliseconds; one that takes this long is stuck. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  static RegistryRows in(DataSource database, PlatformTransactionManager transactions) {
    return in(database, transactions, PATIENCE);
  }

  /**
   * @param patience how long a change waits for another one under the same name
   */
  static RegistryRows in(
      DataSource database, PlatformTransactionManager transactions, Duration patience) {
    var jdbc = JdbcClient.create(database);
    return new RegistryRows(
        new ModelVersions(jdbc),
        new ModelAliases(jdbc),
        new NamedChanges(
            new JdbcTemplate(database), new TransactionTemplate(transactions), patience));
  }
}
