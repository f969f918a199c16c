package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a training would take.
 *
 * @param parameters of the network, counting running means and variances
 * @param memory estimated bytes; 0 if unknown
 * @param memoryLimit bytes for all running jobs of a process; null if there is no limit
 * @param refusal why the job would be refused for its memory; null if it fits
 * @param engine what would be chosen; null if it is not known here
 * @param secondsPerEpoch training and evaluation; null if nothing like it was measured
 * @param source where the seconds come from; null if there are none
 */
public record Estimate(
    long parameters,
    long memory,
    @Nullable Long memoryLimit,
    @Nullable String refusal,
    @Nullable EngineDescription engine,
    @Nullable Double secondsPerEpoch,
    @Nullable Source source) {

  /**
   * The newest epochs of one job with the same network, engine, precision, device, batch size and
   * image size.
   */
  public record Source(String job, int epochs, Instant measuredAt) {}
}
