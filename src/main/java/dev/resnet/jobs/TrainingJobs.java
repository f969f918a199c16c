package dev.resnet.jobs;

import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that can be done with training jobs. */
public interface TrainingJobs {

  /**
   * Queues a job.
   *
   * @throws dev.resnet.api.ProblemException where the queue is full, or the network does not fit
   *     into the memory
   */
  JobSnapshot submit(NewJob job);

  Optional<JobSnapshot> find(String id);

  JobPage list(JobQuery query);

  /** The completed epochs after epoch {@code after}, in order. */
  List<EpochMetrics> epochs(String id, int after);

  /** The checkpoints that are kept, in order of epoch. */
  List<CheckpointFile> checkpoints(String id);

  /** Cancels a queued job at once, a running one within one batch. */
  JobSnapshot cancel(String id);

  /** Removes an ended job with its files; the models that came of it stay. */
  void delete(String id);

  /** How many jobs are in each state; every state has an entry. */
  Map<JobStatus, Long> countByStatus();

  /** The jobs that some process trains at this moment, in order of submission. */
  List<JobSnapshot> running();
}
