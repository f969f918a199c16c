package dev.resnet.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DatabaseClockTests {

  @ParameterizedTest
  @ValueSource(ints = {600, -600})
  void aMachineWithAWrongClockUsesTheTimeOfPostgreSql(int seconds, CapturedOutput output) {
    Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds));
    try (HikariDataSource postgreSql = postgreSql()) {
      var clock = new DatabaseClock(postgreSql, wrong);
      assertThat(clock.instant()).isCloseTo(Instant.now(), within(1, ChronoUnit.SECONDS));
      clock.read();
      assertThat(output.getOut().split("This machine's clock is", -1)).hasSize(2);

      var meters = new SimpleMeterRegistry();
      clock.bindTo(meters);
      assertThat(meters.get("resnet.clock.offset.seconds").gauge().value())
          .isCloseTo(seconds, within(1.0));
    }
  }

  @Test
  void withoutTheDatabaseTheLastReadingCounts() {
    HikariDataSource postgreSql = postgreSql();
    var clock = new DatabaseClock(postgreSql, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    postgreSql.close();
    clock.read();
    assertThat(clock.instant()).isCloseTo(Instant.now(), within(1, ChronoUnit.SECONDS));
  }

  @Test
  void withTheEmbeddedDatabaseTheMachinesClockCounts() {
    var clock =
        new DatabaseClock(InMemoryH2.emptyDatabase(), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    assertThat(clock.instant()).isEqualTo(Instant.EPOCH);
    assertThat(clock.offset()).isZero();
  }

  private static HikariDataSource postgreSql() {
    var pool = new HikariDataSource();
    pool.setJdbcUrl(PostgreSql.migratedDatabase());
    pool.setUsername(PostgreSql.USER);
    pool.setMaximumPoolSize(1);
    return pool;
  }
}
