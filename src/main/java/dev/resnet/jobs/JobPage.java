package dev.resnet.jobs;

import java.util.List;

/**
 * Some of the jobs.
 *
 * @param total of all pages
 */
public record JobPage(List<JobSnapshot> jobs, long total) {
  public JobPage {
    jobs = List.copyOf(jobs);
  }
}
