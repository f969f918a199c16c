package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;
import java.util.Map;

/**
 * Everything that can be done with training jobs. Every method with an id throws {@link
 * UnknownJobException} if there is no such job.
 */
public interface TrainingJobs {

  /**
   * Queues a job.
   *
   * @throws QueueFullException if the queue is full
   * @throws TooLittleMemoryException if the training does not fit into the memory
   * @throws UnknownDatasetException if the data set is not known
   */
  JobSnapshot submit(NewJob job);

  JobSnapshot get(String id);

  JobPage list(JobQuery query);

  /** The completed epochs after epoch {@code after}, in order. */
  List<EpochMetrics> epochs(String id, int after);

  /** The checkpoints that are kept, in order of epoch: the newest two and the best. */
  List<CheckpointFile> checkpoints(String id);

  /**
   * Cancels a queued job at once, a running one within one batch.
   *
   * @throws IllegalMoveException if it has ended
   */
  JobSnapshot cancel(String id);

  /**
   * Queues a failed, cancelled or paused job again; it continues from its newest valid checkpoint.
   *
   * @throws IllegalMoveException from any other state
   * @throws QueueFullException if the queue is full
   */
  JobSnapshot resume(String id);

  /**
   * Deletes an ended job with its files; models that it registered stay.
   *
   * @throws IllegalMoveException if it has not ended
   */
  void delete(String id);

  /** How many jobs are in each state; every state has an entry. */
  Map<JobStatus, Long> countByStatus();

  /** The running jobs of all processes, in order of submission. */
  List<JobSnapshot> running();
}
