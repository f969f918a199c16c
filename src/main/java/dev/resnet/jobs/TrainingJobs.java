package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  default JobSnapshot submit(NewJob job) {
    return submit(List.of(job), accepted -> {}).get(0);
  }

  /**
   * Queues all jobs in one transaction, or none.
   *
   * @param accepted called within that transaction, before its end, with the jobs in the given
   *     order; what it throws is thrown here, and no job is queued
   * @throws QueueFullException if the queue has no place for all of them
   * @throws TooLittleMemoryException if one of the trainings does not fit into the memory
   * @throws UnknownDatasetException if one of the data sets is not known
   */
  List<JobSnapshot> submit(List<NewJob> jobs, Consumer<List<JobSnapshot>> accepted);

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
   * Pauses a queued job at once, a running one within one batch. It continues once it is resumed.
   * If it completes before it sees the request, it has succeeded.
   *
   * @throws IllegalMoveException if it is paused already, has ended or is to be cancelled
   */
  JobSnapshot pause(String id);

  /**
   * Queues a failed, cancelled or paused job again; it continues from its newest valid checkpoint.
   *
   * @throws IllegalMoveException from any other state
   * @throws QueueFullException if the queue is full
   */
  JobSnapshot resume(String id);

  /**
   * Renames a job, or moves it in the queue; a running job has the new priority if it has to wait
   * again.
   *
   * @param name null to keep it
   * @param priority null to keep it
   * @throws IllegalMoveException if it has ended and a priority is given; nothing is changed then
   */
  JobSnapshot change(String id, @Nullable String name, @Nullable Integer priority);

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
