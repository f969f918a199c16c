package dev.resnet.serving;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The registry's tables. */
record RegistryRows(ModelVersions versions, ModelAliases aliases, TransactionTemplate transaction) {

  static RegistryRows in(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new RegistryRows(
        new ModelVersions(jdbc), new ModelAliases(jdbc), new TransactionTemplate(transactions));
  }
}
