package dev.resnet.jobs;

import java.util.List;

/**
 * One page of jobs.
 *
 * @param total number of jobs on all pages
 */
public record JobPage(List<JobSnapshot> jobs, long total) {
  public JobPage {
    jobs = List.copyOf(jobs);
  }
}
