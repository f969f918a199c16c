package dev.resnet.oip.grpc;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Limits of the gRPC server. Its port and the like are settings of Spring Boot, {@code
 * spring.grpc.server}.
 *
 * @param maxMemory memory that the messages of inferences may take at the same time; 0 means a
 *     quarter of the maximum heap
 * @param maxWaiting inferences that wait for that memory; further ones are refused
 * @param maxTime how long a call may wait for that memory and for its message to arrive
 * @param maxConnections at the same time; further ones are closed at once
 * @param maxCallsPerConnection calls of a connection at the same time; clients keep further ones
 *     back
 * @param flowControlWindow bytes of a call that a client may send before they are asked for
 * @param threads that answer calls; at most half of them answer inferences
 */
@ConfigurationProperties("resnet.grpc")
@Validated
record GrpcSettings(
    @DefaultValue("0B") DataSize maxMemory,
    @DefaultValue("1000") @Min(0) @Max(100_000) int maxWaiting,
    @DefaultValue("2m") Duration maxTime,
    @DefaultValue("100") @Min(1) @Max(100_000) int maxConnections,
    @DefaultValue("32") @Min(1) @Max(10_000) int maxCallsPerConnection,
    @DefaultValue("64KB") DataSize flowControlWindow,
    @DefaultValue("64") @Min(2) @Max(10_000) int threads) {

  @AssertTrue(message = "max-memory must be at least 1MB, or 0 for a quarter of the heap")
  boolean isMemoryInRange() {
    return maxMemory.toBytes() == 0 || maxMemory.toBytes() >= 1 << 20;
  }

  @AssertTrue(message = "max-time must be more than nothing")
  boolean isTimeInRange() {
    return !maxTime.isNegative() && !maxTime.isZero();
  }

  @AssertTrue(message = "flow-control-window must be 16KB to 16MB")
  boolean isWindowInRange() {
    return flowControlWindow.toBytes() >= 16 << 10 && flowControlWindow.toBytes() <= 16 << 20;
  }
}
