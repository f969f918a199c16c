package dev.resnet.models;

import static dev.resnet.models.TrainedModels.of;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * A registry without versions, on a database of its own. Each topic of the registry's contract is a
 * subclass, which every kind of database runs.
 */
abstract class ModelRegistryFixture {
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00.123456Z");

  /** Databases of one kind. */
  interface Databases {
    /** A database without tables. */
    HikariDataSource empty();

    /** A database with tables and without rows. */
    HikariDataSource migrated();

    /** How many processes may use a database at the same time. */
    int processes();
  }

  @TempDir Path folder;
  final Databases databases;
  final List<Object> events = new ArrayList<>();
  final List<ModelVersion> registered = new ArrayList<>();
  HikariDataSource database;
  ModelRegistry registry;

  /** What an evaluation says. */
  VersionAccuracy accuracy = (version, dataset, sha256, stop) -> OptionalDouble.empty();

  ModelRegistryFixture(Databases databases) {
    this.databases = databases;
  }

  @BeforeEach
  final void open() {
    database = databases.migrated();
    registry = registry();
  }

  @AfterEach
  final void close() {
    database.close();
  }

  /** Continues with another database. */
  final void use(HikariDataSource other) {
    database.close();
    database = other;
    registry = registry();
  }

  /** A registry as in one process; several share the database and the data directory. */
  final ModelRegistry registry() {
    return registry(Clock.fixed(NOW, ZoneOffset.UTC), Duration.ofSeconds(10));
  }

  final ModelRegistry registry(Clock clock, Duration patience) {
    return new ModelRegistry(
        new ModelFiles(folder.resolve("models"), file -> Optional.empty()),
        RegistryTables.in(database, new JdbcTransactionManager(database), patience),
        new PromotionRule(true),
        (version, dataset, sha256, stop) -> accuracy.testAccuracy(version, dataset, sha256, stop),
        event -> {
          synchronized (events) {
            if (event instanceof VersionRegistered now) {
              registered.add(now.version());
            } else {
              events.add(event);
            }
          }
        },
        clock);
  }

  final TrainedModel trained(String name, String jobId) throws IOException {
    return trained(name, jobId, 0.375, 0.875);
  }

  final TrainedModel trained(String name, String jobId, double loss, double accuracy)
      throws IOException {
    Path file = folder.resolve(jobId + ".zip");
    Files.writeString(file, "the network of " + jobId);
    return of(file, name, jobId, loss, accuracy);
  }

  final List<ModelVersion> versions(String name) {
    return registry.listing().newest(name, 100);
  }

  final void register(String name, String jobId) throws IOException {
    registry.register(trained(name, jobId), Promote.ALWAYS);
  }

  final @Nullable Integer inProduction(String name) {
    return registry.promoted(name).map(ModelVersion::version).orElse(null);
  }

  final @Nullable Integer rollBack(String name) {
    assertThat(
            registry
                .aliases()
                .rollBack(name, registry.aliases().previous(name).orElseThrow().version()))
        .isTrue();
    return inProduction(name);
  }

  /** The network of a version. */
  final Path file(String name, int version) {
    return folder.resolve("models").resolve(registry.find(name, version).orElseThrow().file());
  }

  final List<Path> folders(String name) throws IOException {
    try (Stream<Path> folders = Files.list(folder.resolve("models").resolve(name))) {
      return folders.toList();
    }
  }
}
