package dev.resnet.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.Locale;

/**
 * {@code resnet_job_faults_total}: faults that jobs survived, by kind, as this process met them.
 *
 * <p>Counted in Micrometer's global registry, which Spring Boot connects to its own: faults occur
 * deep inside a run, where a registry would have to be passed through every class.
 */
enum JobFault {
  /** A job whose process died was put back into the queue. */
  TAKEOVER,
  /** An attempt of this process found that another one owns its job, and wrote nothing more. */
  LOST_ATTEMPT,
  /** An attempt ended with a fault that may pass; it is tried again. */
  RETRY,
  /** An attempt ended because the volume was full; it is tried again. */
  FULL_VOLUME,
  /** This process stopped starting jobs, since a volume or the engine can't be used. */
  INTAKE_STOPPED,
  /** An attempt could not reach the database; it went on training. Counted once an outage. */
  DATABASE_OUTAGE,
  /** A checkpoint was damaged or missing, so the job continued from an older one. */
  UNUSABLE_CHECKPOINT;

  void count() {
    counter(Metrics.globalRegistry).increment();
  }

  /** Adds all kinds: a rate needs the zero before the first fault. */
  static void register(MeterRegistry registry) {
    for (JobFault fault : values()) {
      fault.counter(registry);
    }
  }

  private Counter counter(MeterRegistry registry) {
    return Counter.builder("resnet.job.faults")
        .description("Faults of machines, volumes and the database that jobs survived")
        .tag("kind", name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
