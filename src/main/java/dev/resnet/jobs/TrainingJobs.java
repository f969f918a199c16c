package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;
import java.util.Map;

/**
 * All that can be done with training jobs. Every method that takes an id throws {@link
 * UnknownJobException} where it is not known.
 */
public interface TrainingJobs {

  /**
   * Queues a job.
   *
   * @throws QueueFullException where the queue is full
   * @throws TooLittleMemoryException where the training does not fit into the memory
   * @throws UnknownDatasetException where the data set is not known
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
   * @throws IllegalMoveException where it has ended
   */
  JobSnapshot cancel(String id);

  /**
   * Queues a job again that failed, was cancelled or is paused; it goes on from its newest valid
   * checkpoint.
   *
   * @throws IllegalMoveException from any other state
   * @throws QueueFullException where the queue is full
   */
  JobSnapshot resume(String id);

  /**
   * Removes an ended job with its files; the models that came of it stay.
   *
   * @throws IllegalMoveException where it has not ended
   */
  void delete(String id);

  /** How many jobs are in each state; every state has an entry. */
  Map<JobStatus, Long> countByStatus();

  /** The jobs that some process runs at this moment, in order of submission. */
  List<JobSnapshot> running();
}
