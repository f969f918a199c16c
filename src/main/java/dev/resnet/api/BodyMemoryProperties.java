package dev.resnet.api;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits for all request bodies together.
 *
 * @param maxMemory memory that bodies and what is read from them may take at the same time; 0 means
 *     a quarter of the maximum heap
 * @param maxWait how long a request waits for memory before it gets 503
 * @param maxTime how long a body may take to arrive; without a limit, a client that sends a byte
 *     now and then would block a thread and the memory of its body
 */
@ConfigurationProperties("resnet.http.bodies")
record BodyMemoryProperties(
    @DefaultValue("0B") DataSize maxMemory,
    @DefaultValue("10s") Duration maxWait,
    @DefaultValue("2m") Duration maxTime) {
  static final String MAX_MEMORY = "resnet.http.bodies.max-memory";
  static final String MAX_TIME = "resnet.http.bodies.max-time";

  BodyMemoryProperties {
    if (maxMemory.toBytes() != 0 && maxMemory.toBytes() < 1 << 20) {
      throw new IllegalArgumentException(
          MAX_MEMORY + " must be at least 1MB, or 0 for a quarter of the heap");
    }
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("resnet.http.bodies.max-wait must not be negative");
    }
    if (maxTime.isNegative() || maxTime.isZero()) {
      throw new IllegalArgumentException(MAX_TIME + " must be more than nothing");
    }
  }
}
