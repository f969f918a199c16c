package dev.resnet.sweeps;

import dev.resnet.jobs.JobStatus;
import java.util.Map;

/**
 * A sweep and how many of its jobs are in each state.
 *
 * @param states those with a job; deleted jobs are not counted
 */
public record SweepSummary(Sweep sweep, Map<JobStatus, Long> states) {

  /** Whether no job waits, runs or is paused. */
  public boolean finished() {
    return states.keySet().stream().allMatch(JobStatus::ended);
  }
}
