package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The jobs of sweeps. What can be done with each of them is in {@link TrainingJobs}. */
public final class SweepJobs {
  private final JdbcClient jdbc;
  private final JobStore store;

  SweepJobs(JdbcClient jdbc, JobStore store) {
    this.jdbc = jdbc;
    this.store = store;
  }

  /** In order of submission. */
  public List<JobSnapshot> list(String sweep) {
    List<TrainingJob> jobs =
        jdbc.sql("select * from training_job where sweep_id = :sweep order by submission")
            .param("sweep", sweep)
            .query((row, n) -> JobRows.job(row))
            .list();
    List<String> ids = jobs.stream().map(TrainingJob::id).toList();
    Map<String, EpochMetrics> latest = store.epochs().latest(ids);
    Map<String, EpochMetrics> best = store.epochs().best(ids);
    return jobs.stream()
        .map(job -> new JobSnapshot(job, latest.get(job.id()), best.get(job.id())))
        .toList();
  }

  /** The completed epochs of each job that has any, in order. */
  public Map<String, List<EpochMetrics>> epochs(String sweep) {
    Map<String, List<EpochMetrics>> found = new HashMap<>();
    jdbc.sql(
            """
            select e.* from training_epoch e join training_job j on j.id = e.job_id
            where j.sweep_id = :sweep order by e.job_id, e.epoch
            """)
        .param("sweep", sweep)
        .query(
            row -> {
              found
                  .computeIfAbsent(row.getString("job_id"), job -> new ArrayList<>())
                  .add(JobRows.epoch(row));
            });
    return found;
  }

  /**
   * Cancels a running job for a reason that the job tells. If a transaction is open, it is part of
   * it: the attempt hears of it at its next poll.
   *
   * @return false if the job is not running, or a user has decided about it already
   */
  public boolean stop(String job, String reason) {
    return store
        .transaction()
        .execute(status -> explain(job, reason) && store.jobs().request(job, StopRequest.CANCEL));
  }

  private boolean explain(String job, String reason) {
    return jdbc.sql(
                "update training_job set stop_reason = :reason where id = :id and status = 'RUNNING'"
                    + " and requested is null")
            .param("id", job)
            .param("reason", reason)
            .update()
        == 1;
  }

  /** Makes the jobs of a sweep jobs of their own. */
  public void leave(String sweep) {
    jdbc.sql("update training_job set sweep_id = null where sweep_id = :sweep")
        .param("sweep", sweep)
        .update();
  }
}
