package dev.resnet.jobs;

import dev.resnet.api.ProblemException;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that can be done with training jobs. Where an id is not known, every method that has no
 * Optional to say so throws a {@link ProblemException} 404.
 */
public interface TrainingJobs {

  /**
   * Queues a job.
   *
   * @throws ProblemException 429 where the queue is full, 422 where the training does not fit into
   *     the memory, 400 where the data set is not known
   */
  JobSnapshot submit(NewJob job);

  Optional<JobSnapshot> find(String id);

  JobPage list(JobQuery query);

  /** The completed epochs after epoch {@code after}, in order. */
  List<EpochMetrics> epochs(String id, int after);

  /** The checkpoints that are kept, in order of epoch: the newest two and the best. */
  List<CheckpointFile> checkpoints(String id);

  /**
   * Cancels a queued job at once, a running one within one batch.
   *
   * @throws ProblemException 409 where it has ended
   */
  JobSnapshot cancel(String id);

  /**
   * Queues a job again that failed, was cancelled or is paused; it goes on from its newest valid
   * checkpoint.
   *
   * @throws ProblemException 409 from any other state, 429 where the queue is full
   */
  JobSnapshot resume(String id);

  /**
   * Removes an ended job with its files; the models that came of it stay.
   *
   * @throws ProblemException 409 where it has not ended
   */
  void delete(String id);

  /** How many jobs are in each state; every state has an entry. */
  Map<JobStatus, Long> countByStatus();

  /** The jobs that some process runs at this moment, in order of submission. */
  List<JobSnapshot> running();
}
