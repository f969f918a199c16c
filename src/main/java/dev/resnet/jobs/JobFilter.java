package dev.resnet.jobs;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs; null means any.
 *
 * @param statuses only jobs with one of these; empty for any
 * @param name only jobs with this text in their name, in any case
 */
public record JobFilter(
    Set<JobStatus> statuses,
    @Nullable String dataset,
    @Nullable String model,
    @Nullable String sweep,
    @Nullable String name) {
  public static final JobFilter ALL = new JobFilter(Set.of(), null, null, null, null);

  public JobFilter {
    statuses = Set.copyOf(statuses);
  }

  static JobFilter of(JobStatus status) {
    return new JobFilter(Set.of(status), null, null, null, null);
  }
}
