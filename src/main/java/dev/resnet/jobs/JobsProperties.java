package dev.resnet.jobs;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings for training jobs.
 *
 * @param slots jobs that this process runs at the same time
 * @param queueCapacity jobs that may wait; beyond that, submissions get 429
 * @param maxAttempts consecutive attempts whose process died before the job got further (a new
 *     epoch, or a checkpoint after more steps), until the job fails
 * @param heartbeat how often a process confirms that it still runs a job; after four missed
 *     heartbeats, another process takes the job over. The embedded database allows only one
 *     process, so after a crash the jobs continue at the next start
 * @param pollInterval how often to look for jobs and requests to stop them that other processes
 *     wrote; requests to this process take effect at once
 * @param shutdownWait how long a shutdown waits for running jobs to stop; they stop within one
 *     batch
 * @param memoryLimit memory for all running jobs of this process together; 0 means the machine's or
 *     container's memory minus the maximum Java heap
 */
@Validated
@ConfigurationProperties("resnet.jobs")
public record JobsProperties(
    @Min(1) @Max(64) @DefaultValue("1") int slots,
    @Min(1) @DefaultValue("100") int queueCapacity,
    @Min(1) @DefaultValue("10") int maxAttempts,
    @NotNull @DurationMin(millis = 10) @DefaultValue("4s") Duration heartbeat,
    @NotNull @DurationMin(millis = 10) @DefaultValue("1s") Duration pollInterval,
    @NotNull @DurationMin(millis = 1) @DefaultValue("20s") Duration shutdownWait,
    @NotNull @DefaultValue("0B") DataSize memoryLimit,
    @NotNull @Valid @DefaultValue Retries retry,
    @NotNull @Valid @DefaultValue Limits limits) {

  /**
   * Retries after a fault that may pass: out of memory, a disk error or a database error.
   *
   * @param firstWait wait before the first retry; it doubles with each further one
   * @param longestWait longest wait between two retries
   * @param attempts consecutive retries without getting further before the job fails. With the
   *     other defaults they span 16 hours, so a fault in the evening can be fixed the next morning.
   *     A full disk is retried without limit
   * @param databaseWait wait between two attempts to write epochs while the database is
   *     unavailable; training continues meanwhile
   */
  public record Retries(
      @NotNull @DurationMin(millis = 1) @DefaultValue("10s") Duration firstWait,
      @NotNull @DurationMin(millis = 1) @DefaultValue("10m") Duration longestWait,
      @Min(0) @DefaultValue("100") int attempts,
      @NotNull @DurationMin(millis = 1) @DefaultValue("2s") Duration databaseWait) {

    /** The wait before the next attempt, after this many retries in a row. */
    Duration waitAfter(int retries) {
      Duration wait = firstWait;
      for (int i = 0; i < retries && wait.compareTo(longestWait) < 0; i++) {
        wait = wait.multipliedBy(2);
      }
      return wait.compareTo(longestWait) < 0 ? wait : longestWait;
    }
  }

  /**
   * Upper limits for requests.
   *
   * @param stackN blocks per stage; 200 is a network of depth 1202
   * @param epochs per job
   * @param batchSize images per step
   * @param nameLength characters in a job's name
   * @param body size of a request
   */
  public record Limits(
      @Min(1) @DefaultValue("200") int stackN,
      @Min(1) @DefaultValue("10000") int epochs,
      @Min(1) @DefaultValue("4096") int batchSize,
      @Min(1) @Max(255) @DefaultValue("100") int nameLength,
      @NotNull @DefaultValue("64KB") DataSize body) {}
}
