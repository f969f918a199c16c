package dev.resnet.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.database.InMemoryH2;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class HousekeepingTests {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-04T05:06:07Z"), ZoneOffset.UTC);

  private final DataSource database = InMemoryH2.emptyDatabase();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Due due = new Due();
  private final List<String> deleted = new ArrayList<>();

  private Housekeeping housekeeping(boolean dryRun) {
    Flyway.configure().dataSource(database).load().migrate();
    var settings =
        new HousekeepingProperties(
            Duration.ofHours(1), dryRun, null, null, null, null, true, Duration.ofDays(1));
    return new Housekeeping(
        () -> due,
        () -> new Claim(JdbcClient.create(database), CLOCK),
        settings,
        () -> {},
        meters,
        CLOCK);
  }

  private void add(String name, Candidate.Deletion deletion) {
    due.add(
        Kind.ORPHAN,
        name,
        () -> 10,
        () -> {
          deleted.add(name);
          return deletion.run();
        });
  }

  @Test
  void whatCannotBeDeletedOrIsInUseKeepsNothingElse() {
    add("a", () -> true);
    add("in use", () -> false);
    add(
        "b",
        () -> {
          throw new IOException("Permission denied");
        });
    add("c", () -> true);
    Housekeeping housekeeping = housekeeping(false);

    assertThat(housekeeping.look().count()).isEqualTo(4);
    assertThat(deleted).isEmpty();
    Report report = housekeeping.run(Duration.ZERO);

    assertThat(report.items()).extracting(Item::name).containsExactly("a", "c");
    assertThat(report.bytes()).isEqualTo(20);
    assertThat(report.failures()).containsExactly("b: java.io.IOException: Permission denied");
    assertThat(counter("resnet.housekeeping.deleted")).isEqualTo(2);
    assertThat(counter("resnet.housekeeping.freed")).isEqualTo(20);
    assertThat(housekeeping.run(Duration.ofHours(1)).skipped())
        .contains("less than 3600 seconds ago");
  }

  @Test
  void whatCannotBeLookedAtKeepsNothingElse() {
    add("a", () -> true);
    due.add(
        Kind.ORPHAN,
        "unreadable",
        () -> {
          throw new IOException("Input/output error");
        },
        () -> true);
    due.search(
        Kind.JOB,
        () -> {
          throw new IOException("Permission denied");
        });
    add("b", () -> true);
    Housekeeping housekeeping = housekeeping(false);
    String[] failures = {
      "orphan unreadable: java.io.IOException: Input/output error",
      "Everything of the kind job: java.io.IOException: Permission denied"
    };

    assertThat(housekeeping.look().failures()).containsExactly(failures);
    Report report = housekeeping.run(Duration.ZERO);

    assertThat(report.items()).extracting(Item::name).containsExactly("a", "b");
    assertThat(report.failures()).containsExactly(failures);
  }

  @Test
  void aDryRunDeletesNothing() {
    add("a", () -> true);
    Report report = housekeeping(true).run(Duration.ZERO);

    assertThat(report.dryRun()).isTrue();
    assertThat(report.items()).extracting(Item::name).containsExactly("a");
    assertThat(deleted).isEmpty();
    assertThat(counter("resnet.housekeeping.deleted")).isZero();
  }

  @Test
  void aRunThatAnotherProcessHasTakenOverEnds() {
    add(
        "a",
        () -> {
          JdbcClient.create(database).sql("update housekeeping set run = 'other'").update();
          return true;
        });
    add("b", () -> true);

    Report report = housekeeping(false).run(Duration.ZERO);

    assertThat(deleted).containsExactly("a");
    assertThat(report.failures()).containsExactly("Another process has taken over.");
  }

  private double counter(String name) {
    return meters.get(name).tag("kind", "orphan").counter().count();
  }
}
