package dev.resnet.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.database.InMemoryH2;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ClaimTests {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final DataSource database = InMemoryH2.emptyDatabase();

  @BeforeEach
  void migrate() {
    Flyway.configure().dataSource(database).load().migrate();
  }

  private Claim claim(Duration later) {
    return new Claim(JdbcClient.create(database), Clock.fixed(NOW.plus(later), ZoneOffset.UTC));
  }

  @Test
  void oneRunAtATimeAndOneInEachInterval() {
    Claim first = claim(Duration.ZERO);
    assertThat(first.begin(HOUR)).isTrue();
    assertThat(claim(Duration.ZERO).begin(Duration.ZERO)).as("under way").isFalse();
    assertThat(first.extend()).isTrue();
    first.end();

    assertThat(claim(HOUR.minusSeconds(1)).begin(HOUR)).as("too early").isFalse();
    assertThat(claim(HOUR).begin(HOUR)).isTrue();
  }

  @Test
  void aDeadRunIsTakenOver() {
    Claim dead = claim(Duration.ZERO);
    assertThat(dead.begin(HOUR)).isTrue();

    Claim next = claim(HOUR);
    assertThat(next.begin(HOUR)).isTrue();
    assertThat(dead.extend()).isFalse();
    dead.end();
    assertThat(next.extend()).as("its claim is its own").isTrue();
  }
}
