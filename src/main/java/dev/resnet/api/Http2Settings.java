package dev.resnet.api;

import dev.resnet.memory.MemoryBudget;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Limits of HTTP/2.
 *
 * @param maxStreams requests of a connection at the same time
 * @param maxMemory memory that connections may take on which no request has been authenticated yet;
 *     0 means an eighth of the maximum heap
 */
@Validated
@ConfigurationProperties("resnet.http.http2")
record Http2Settings(
    @DefaultValue("100") @Min(1) @Max(1000) int maxStreams,
    @DefaultValue("0B") DataSize maxMemory) {

  /**
   * Bytes of a stream before its request is worked on: Tomcat has two buffers of one flow-control
   * window for its body, and up to 8 kB of headers. The window can't be smaller: a client may send
   * 64 kB before it has read the server's settings (RFC 9113, section 6.9.2).
   */
  private static final long STREAM = (2 * 64 + 8) << 10;

  @AssertTrue(message = "max-memory must be at least 1MB, or 0 for an eighth of the heap")
  boolean isMemoryInRange() {
    return maxMemory.toBytes() == 0 || maxMemory.toBytes() >= 1 << 20;
  }

  /** How many connections fit into the memory. */
  int connections() {
    long memory = MemoryBudget.orPartOfHeap(maxMemory, 8).toBytes();
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, memory / (maxStreams * STREAM)));
  }
}
