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
 * Settings of the training jobs.
 *
 * @param slots jobs that train at the same time in this process
 * @param queueCapacity jobs that may wait; further ones are answered with 429
 * @param maxAttempts attempts in a row that may die with their process, without completing an
 *     epoch, before the job fails
 * @param heartbeat how often a process says that it still works on a job; after four missed ones,
 *     another process takes the job over. On the embedded database no other process can exist and a
 *     dead one's jobs go on at the next start
 * @param pollInterval how often the queue, and the wish to cancel, are looked up for what other
 *     processes wrote; what this process is asked takes effect at once
 * @param shutdownWait how long a shutdown waits for the trainings to stop; they do so within one
 *     batch
 * @param memoryLimit what the trainings of this process may take together; 0 means the machine's or
 *     container's memory less the largest Java heap
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
   * How a job goes on after a passing fault: no memory, an error of a disk or of the database.
   *
   * @param firstWait until the first retry; each further one waits twice as long
   * @param longestWait between two retries
   * @param attempts retries in a row, without completing an epoch, before the job fails. With the
   *     other defaults they last 16 hours: a fault of the evening can be mended in the morning. A
   *     full disk is waited for without end
   * @param databaseWait between two tries to write what a training has reached, while the database
   *     is away; the training goes on meanwhile
   */
  public record Retries(
      @NotNull @DurationMin(millis = 1) @DefaultValue("10s") Duration firstWait,
      @NotNull @DurationMin(millis = 1) @DefaultValue("10m") Duration longestWait,
      @Min(0) @DefaultValue("100") int attempts,
      @NotNull @DurationMin(millis = 1) @DefaultValue("2s") Duration databaseWait) {

    /** The wait before the next attempt, after so many retries that ended in the same way. */
    Duration waitAfter(int retries) {
      Duration wait = firstWait;
      for (int i = 0; i < retries && wait.compareTo(longestWait) < 0; i++) {
        wait = wait.multipliedBy(2);
      }
      return wait.compareTo(longestWait) < 0 ? wait : longestWait;
    }
  }

  /**
   * What a request may ask for.
   *
   * @param stackN blocks per stage; 200 is a network of depth 1202
   * @param epochs of one job
   * @param batchSize images a step
   * @param nameLength characters of a job's name
   * @param body of a request
   */
  public record Limits(
      @Min(1) @DefaultValue("200") int stackN,
      @Min(1) @DefaultValue("10000") int epochs,
      @Min(1) @DefaultValue("4096") int batchSize,
      @Min(1) @Max(255) @DefaultValue("100") int nameLength,
      @NotNull @DefaultValue("64KB") DataSize body) {}
}
