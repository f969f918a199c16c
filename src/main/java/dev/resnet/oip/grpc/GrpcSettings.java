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
 */
@ConfigurationProperties("resnet.grpc")
@Validated
record GrpcSettings(
    @DefaultValue("0B") DataSize maxMemory,
    @DefaultValue("1000") @Min(0) @Max(100_000) int maxWaiting,
    @DefaultValue("2m") Duration maxTime) {

  @AssertTrue(message = "max-memory must be at least 1MB, or 0 for a quarter of the heap")
  boolean isMemoryInRange() {
    return maxMemory.toBytes() == 0 || maxMemory.toBytes() >= 1 << 20;
  }

  @AssertTrue(message = "max-time must be more than nothing")
  boolean isTimeInRange() {
    return !maxTime.isNegative() && !maxTime.isZero();
  }
}
