package dev.resnet.serving;

import dev.resnet.engine.Precision;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Admissions for tests. */
final class Admissions {
  private Admissions() {}

  /** One that refuses nothing in a test of something else. */
  static Admission wide() {
    return new Admission(
        limits(1000, 1000, Duration.ofMinutes(1)), new SimpleMeterRegistry(), System::nanoTime);
  }

  static Admission of(int concurrency, int maxWaiting, Duration maxWait, MeterRegistry meters) {
    return new Admission(limits(concurrency, maxWaiting, maxWait), meters, System::nanoTime);
  }

  static ServingProperties limits(int concurrency, int maxWaiting, Duration maxWait) {
    return new ServingProperties(
        null,
        Precision.FLOAT32,
        DataSize.ofMegabytes(1),
        DataSize.ofMegabytes(1),
        DataSize.ofMegabytes(1),
        256,
        DataSize.ofMegabytes(1),
        Duration.ZERO,
        concurrency,
        maxWaiting,
        maxWait,
        0.5);
  }
}
