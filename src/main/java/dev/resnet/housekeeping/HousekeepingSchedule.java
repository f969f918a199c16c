package dev.resnet.housekeeping;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Runs the policies in the background, if any is set. Every process tries; one succeeds. */
final class HousekeepingSchedule implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(HousekeepingSchedule.class);

  /** Tries per interval, so that another process soon takes the place of one that has ended. */
  private static final int TRIES = 4;

  private final Housekeeping housekeeping;
  private final HousekeepingProperties settings;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            var created = new Thread(work, "housekeeping");
            created.setDaemon(true);
            return created;
          });
  private volatile boolean started;

  HousekeepingSchedule(Housekeeping housekeeping, HousekeepingProperties settings) {
    this.housekeeping = housekeeping;
    this.settings = settings;
  }

  @Override
  public boolean isAutoStartup() {
    return settings.deletesAnything();
  }

  @Override
  public void start() {
    Duration between = settings.interval().dividedBy(TRIES);
    thread.scheduleWithFixedDelay(
        this::run, between.toMillis(), between.toMillis(), TimeUnit.MILLISECONDS);
    started = true;
  }

  private void run() {
    try {
      housekeeping.run(settings.interval());
    } catch (RuntimeException e) {
      // Everything: an exception would end the schedule for good.
      LOG.warn("Housekeeping failed; it is tried again", e);
    }
  }

  @Override
  public void stop() {
    thread.shutdownNow();
    started = false;
  }

  @Override
  public boolean isRunning() {
    return started;
  }
}
