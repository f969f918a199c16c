package dev.resnet.database;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The time of the PostgreSQL server, which all processes share. Processes judge each other's
 * heartbeats by it, so a machine with a wrong clock must not matter (docs/decisions/034).
 *
 * <p>It is read at the start and every minute, and goes on with the time since then that the
 * system's monotonic clock counts; so a jump of this machine's clock doesn't change it. With the
 * embedded database it is this machine's time.
 */
@Component
public final class DatabaseClock extends Clock implements MeterBinder {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseClock.class);

  /** A smaller difference is usual between machines that are set by NTP, and harmless. */
  private static final Duration WORTH_A_WARNING = Duration.ofSeconds(2);

  private final DataSource dataSource;
  private final Clock here;
  private volatile Reading reading = Reading.NONE;
  private boolean warned;

  /**
   * What the database said.
   *
   * @param at its time; null if this machine's clock counts
   * @param nanos when it said so, by {@link System#nanoTime}
   */
  private record Reading(@Nullable Instant at, long nanos) {
    static final Reading NONE = new Reading(null, 0);
  }

  @Autowired
  DatabaseClock(DataSource dataSource) {
    this(dataSource, Clock.systemUTC());
  }

  DatabaseClock(DataSource dataSource, Clock here) {
    this.dataSource = dataSource;
    this.here = here;
    read();
  }

  @Override
  public Instant instant() {
    Reading last = reading;
    return last.at() == null
        ? here.instant()
        : last.at().plusNanos(System.nanoTime() - last.nanos());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  /** How far this machine's clock is ahead. */
  Duration offset() {
    return Duration.between(instant(), here.instant());
  }

  @Scheduled(fixedDelay = 60_000, initialDelay = 60_000)
  void read() {
    try (Connection connection = dataSource.getConnection()) {
      if (!connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
        return;
      }
      try (Statement statement = connection.createStatement()) {
        long before = System.nanoTime();
        try (ResultSet row = statement.executeQuery("select clock_timestamp()")) {
          row.next();
          Instant at = row.getObject(1, OffsetDateTime.class).toInstant();
          // Half of the time on the way belongs to the answer.
          reading = new Reading(at, before + (System.nanoTime() - before) / 2);
        }
      }
    } catch (SQLException | RuntimeException e) { // the pool throws its own at the start
      LOG.debug("The database's time could not be read; the last reading counts", e);
      return;
    }
    warn();
  }

  private void warn() {
    Duration offset = offset();
    boolean wrong = offset.abs().compareTo(WORTH_A_WARNING) > 0;
    if (wrong && !warned) {
      LOG.warn(
          "This machine's clock is {} s {} that of the database. The queue uses the database's"
              + " time. Set the clock: files and other times are wrong.",
          offset.abs().toSeconds(),
          offset.isNegative() ? "behind" : "ahead of");
    } else if (!wrong && warned) {
      LOG.info("This machine's clock agrees with that of the database again");
    }
    warned = wrong;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("resnet.clock.offset.seconds", () -> offset().toNanos() / 1e9)
        .description("How far this machine's clock is ahead of the database's")
        .register(registry);
  }
}
