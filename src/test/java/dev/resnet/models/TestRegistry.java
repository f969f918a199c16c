package dev.resnet.models;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.sql.DataSource;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Registries without Spring. */
public final class TestRegistry {
  private TestRegistry() {}

  /** A registry that checks the networks. */
  public static ModelRegistry of(Path models, DataSource database) {
    return of(models, database, NetworkCheck::finite, event -> {});
  }

  /** A registry that accepts any file as a network. */
  public static ModelRegistry ofAnyFiles(
      Path models, DataSource database, ApplicationEventPublisher events) {
    return of(models, database, file -> Optional.empty(), events);
  }

  private static ModelRegistry of(
      Path models, DataSource database, NetworkCheck check, ApplicationEventPublisher events) {
    return new ModelRegistry(
        new ModelFiles(models, check),
        RegistryTables.in(database, new JdbcTransactionManager(database), Duration.ofSeconds(10)),
        new PromotionRule(true),
        (version, dataset, sha256, stop) -> OptionalDouble.empty(),
        events,
        Clock.systemUTC());
  }
}
