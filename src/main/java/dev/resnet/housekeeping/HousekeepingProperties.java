package dev.resnet.housekeeping;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.validation.annotation.Validated;

/**
 * What is deleted, and when. A policy that is not set deletes nothing.
 *
 * @param interval time between two runs, over all processes
 * @param dryRun whether runs only log what they would delete
 * @param endedJobsAfter jobs go this long after they ended; their models stay
 * @param checkpointsAfter checkpoints that an ended job does not need go this long after it ended
 * @param keepModelVersions newest versions of each model to keep, besides those under an alias
 * @param datasetVersionsAfter versions of uploaded data sets go this long after they were replaced
 * @param orphans whether files without a row go
 * @param orphansAfter files that have changed since may be being written
 */
@Validated
@ConfigurationProperties("resnet.housekeeping")
record HousekeepingProperties(
    @NotNull @DurationMin(seconds = 1) @DefaultValue("1h") Duration interval,
    @DefaultValue("false") boolean dryRun,
    @Nullable @DurationMin(seconds = 1) @DurationUnit(ChronoUnit.DAYS) Duration endedJobsAfter,
    @Nullable @DurationMin(seconds = 1) @DurationUnit(ChronoUnit.DAYS) Duration checkpointsAfter,
    @Nullable @Min(1) Integer keepModelVersions,
    @Nullable @DurationMin(seconds = 1) @DurationUnit(ChronoUnit.DAYS)
        Duration datasetVersionsAfter,
    @DefaultValue("false") boolean orphans,
    @NotNull @DurationMin(hours = 1) @DefaultValue("1d") Duration orphansAfter) {

  /** Whether anything is to be deleted. */
  boolean deletesAnything() {
    return endedJobsAfter != null
        || checkpointsAfter != null
        || keepModelVersions != null
        || datasetVersionsAfter != null
        || orphans;
  }
}
