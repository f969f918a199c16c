package dev.resnet.api;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What all request bodies together may take.
 *
 * @param maxMemory bytes that bodies and what is read from them may take at one moment; 0 is a
 *     quarter of the largest heap
 * @param maxWait how long a request waits for its share before it is 503
 * @param maxTime how long a body may take to arrive: a client that sends a byte now and then would
 *     keep a thread, and the memory of its body, from all others
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
