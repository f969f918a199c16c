package dev.resnet.housekeeping;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the policies, in one process at a time. */
final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private final Supplier<Due> policies;
  private final Supplier<Claim> claims;
  private final HousekeepingProperties settings;
  private final Runnable leftovers;
  private final Clock clock;
  private final Map<Kind, Counter> deleted = new EnumMap<>(Kind.class);
  private final Map<Kind, Counter> freed = new EnumMap<>(Kind.class);
  private final AtomicLong lastRun = new AtomicLong();

  /**
   * @param policies find what can be deleted now
   * @param leftovers deletes what needs no policy
   */
  Housekeeping(
      Supplier<Due> policies,
      Supplier<Claim> claims,
      HousekeepingProperties settings,
      Runnable leftovers,
      MeterRegistry meters,
      Clock clock) {
    this.policies = policies;
    this.claims = claims;
    this.settings = settings;
    this.leftovers = leftovers;
    this.clock = clock;
    for (Kind kind : Kind.values()) {
      deleted.put(
          kind,
          Counter.builder("resnet.housekeeping.deleted")
              .description("What this process has deleted because it was no longer needed")
              .tag("kind", kind.wireName())
              .register(meters));
      freed.put(
          kind,
          Counter.builder("resnet.housekeeping.freed")
              .description("Size of the files that this process has deleted")
              .baseUnit("bytes")
              .tag("kind", kind.wireName())
              .register(meters));
    }
    TimeGauge.builder(
            "resnet.housekeeping.last.run", lastRun, TimeUnit.MILLISECONDS, AtomicLong::doubleValue)
        .description("When this process last completed a run, in Unix time; 0: never")
        .register(meters);
  }

  /** What a run would delete now. */
  Report look() {
    Due due = policies.get();
    return Report.of(true, due.candidates().stream().map(Candidate::item).toList(), due.failures());
  }

  /**
   * Deletes what is due.
   *
   * @param interval since the last run of any process; zero: at once
   */
  Report run(Duration interval) {
    leftovers.run();
    Claim claim = claims.get();
    if (!claim.begin(interval)) {
      return Report.skipped(
          "Another run is under way, or the last one began less than %d seconds ago."
              .formatted(interval.toSeconds()));
    }
    try {
      Report report = settings.dryRun() ? look() : delete(claim);
      report
          .items()
          .forEach(
              item ->
                  LOG.info(
                      "{} {} {} ({} bytes)",
                      settings.dryRun() ? "Would delete" : "Deleted",
                      item.kind(),
                      item.name(),
                      item.bytes()));
      lastRun.set(clock.millis());
      return report;
    } finally {
      claim.end();
    }
  }

  private Report delete(Claim claim) {
    Due due = policies.get();
    List<Item> items = new ArrayList<>();
    List<String> failures = new ArrayList<>(due.failures());
    for (Candidate candidate : due.candidates()) {
      if (!claim.extend()) {
        failures.add("Another process has taken over.");
        break;
      }
      try {
        if (candidate.deletion().run()) {
          items.add(candidate.item());
          deleted.get(candidate.kind()).increment();
          freed.get(candidate.kind()).increment(candidate.bytes());
        }
      } catch (IOException | RuntimeException e) {
        // One that can't be deleted must not keep the others.
        LOG.warn("{} {} can't be deleted", candidate.kind().wireName(), candidate.name(), e);
        failures.add("%s: %s".formatted(candidate.name(), e));
      }
    }
    return Report.of(false, items, failures);
  }
}
