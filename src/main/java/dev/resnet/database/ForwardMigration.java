package dev.resnet.database;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.stereotype.Component;

/**
 * Migrates the tables at the start, unless they are those of a newer version: Flyway only warns
 * then, and the old code would write rows that the new one does not expect.
 */
@Component
final class ForwardMigration implements FlywayMigrationStrategy {

  @Override
  public void migrate(Flyway flyway) {
    MigrationInfo[] all = flyway.info().all();
    newest(Stream.of(all).filter(migration -> isNewer(migration.getState())))
        .ifPresent(
            found -> {
              throw new NewerSchemaException(
                  found,
                  newest(Stream.of(all).filter(migration -> migration.getState().isResolved()))
                      .orElse("(none)"));
            });
    flyway.migrate();
  }

  private static boolean isNewer(MigrationState state) {
    return state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED;
  }

  private static Optional<String> newest(Stream<MigrationInfo> migrations) {
    return migrations
        .filter(MigrationInfo::isVersioned)
        .max(Comparator.comparing(MigrationInfo::getVersion))
        .map(migration -> migration.getVersion().getVersion());
  }
}
