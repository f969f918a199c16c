package dev.resnet.housekeeping;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lets one process at a time clean up. */
final class Claim {
  /** Longest time for one deletion; after that another process may begin. */
  private static final Duration LEASE = Duration.ofMinutes(10);

  private final JdbcClient jdbc;
  private final Clock clock;
  private final String run = UUID.randomUUID().toString();

  Claim(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * Begins a run.
   *
   * @param interval the last one must have begun that long ago; zero: any time ago
   * @return false if another run is under way, or it is too early
   */
  boolean begin(Duration interval) {
    Instant now = clock.instant();
    return jdbc.sql(
                """
                update housekeeping set run = :run, claimed_until = :until, started_at = :now
                where id = 1 and (run is null or claimed_until < :now)
                  and (started_at is null or started_at <= :before)
                """)
            .param("run", run)
            .param("until", column(now.plus(LEASE)))
            .param("now", column(now))
            .param("before", column(now.minus(interval)))
            .update()
        == 1;
  }

  /** False if another process has taken over. */
  boolean extend() {
    return jdbc.sql("update housekeeping set claimed_until = ? where id = 1 and run = ?")
            .params(column(clock.instant().plus(LEASE)), run)
            .update()
        == 1;
  }

  void end() {
    jdbc.sql("update housekeeping set run = null, claimed_until = null where id = 1 and run = ?")
        .param(run)
        .update();
  }

  private static OffsetDateTime column(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }
}
