package dev.resnet.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ForwardMigrationTests {
  private final JdbcDataSource database = InMemoryH2.emptyDatabase();
  private final Flyway flyway = Flyway.configure().dataSource(database).load();

  @Test
  void anOldVersionDoesNotStartOnTheTablesOfANewerOne() {
    new ForwardMigration().migrate(flyway);
    String known = flyway.info().current().getVersion().getVersion();
    new ForwardMigration().migrate(flyway);
    JdbcClient.create(database)
        .sql(
            """
            insert into "flyway_schema_history" select 999, '999', 'later', 'SQL',
              'V999__later.sql', 1, 'sa', now(), 1, true
            """)
        .update();

    assertThatThrownBy(() -> new ForwardMigration().migrate(flyway))
        .isInstanceOf(NewerSchemaException.class)
        .hasMessage(
            "The database has tables of version 999; this resnet-service knows those up to %s.",
            known);
    assertThat(flyway.info().current().getVersion().getVersion()).isEqualTo("999");
  }
}
