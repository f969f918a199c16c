package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.RegisteredModel;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The sentences of a job's log. */
final class LogLines {
  private LogLines() {}

  static String submitted(TrainingJob job) {
    return "Submitted: %d epochs on data set '%s'."
        .formatted(job.config().epochs(), job.config().dataset());
  }

  static String requested(StopRequest request) {
    return request == StopRequest.CANCEL
        ? "A user asked to cancel the job."
        : "A user asked to pause the job.";
  }

  /** A worker claims a job. */
  static String taken(TrainingJob left, TrainingJob taken, String worker) {
    return left.status() == JobStatus.RUNNING
        ? "%s Attempt %d started on %s.".formatted(crashed(left), taken.attempt(), worker)
        : "Attempt %d started on %s.".formatted(taken.attempt(), worker);
  }

  static String takenOver(TrainingJob left, TrainingJob to, String worker) {
    return switch (to.status()) {
      case PAUSED -> crashed(left) + " The job is paused.";
      case CANCELLED -> crashed(left) + " The job is cancelled.";
      default -> "%s %s has put the job back into the queue.".formatted(crashed(left), worker);
    };
  }

  private static String crashed(TrainingJob left) {
    return "The process of attempt %d died or lost the database.".formatted(left.attempt());
  }

  static String loading(TrainingJob job, boolean ready) {
    return ready
        ? "Loading data set '%s'.".formatted(job.config().dataset())
        : "Data set '%s' is not on this machine yet; it is downloaded."
            .formatted(job.config().dataset());
  }

  /**
   * @param epoch completed epochs
   * @param step completed steps of the next one
   */
  static String trains(TrainingJob job, EngineDescription engine, int epoch, int step) {
    return "Attempt %d trains with engine %s in %s (%s), %s."
        .formatted(
            job.attempt(),
            engine.engine().wireName(),
            engine.precision().wireName(),
            engine.reason(),
            reached(epoch, step));
  }

  private static String reached(int epoch, int step) {
    if (step > 0) {
      return "from step %d of epoch %d".formatted(step + 1, epoch + 1);
    }
    return epoch == 0 ? "from the start" : "after epoch " + epoch;
  }

  /** Checkpoints that a resumed attempt had to pass over. */
  static String unusable(List<CheckpointFile> files, int resumedAfterEpoch) {
    return "The checkpoints of these epochs can't be used, because the files are missing or damaged:"
        + " %s. %s."
            .formatted(
                files.stream()
                    .map(file -> Integer.toString(file.epoch()))
                    .collect(Collectors.joining(", ")),
                resumedAfterEpoch == 0
                    ? "The training starts again"
                    : "The training continues after epoch " + resumedAfterEpoch);
  }

  static String held(String reason) {
    return "The job waits for " + reason + ".";
  }

  static String reachable(Duration away, int epochs) {
    return "The database was unreachable for %d seconds; %d epochs were written late."
        .formatted(away.toSeconds(), epochs);
  }

  static String registered(TrainingJob job, RegisteredModel model) {
    return "Registered as version %d of model '%s'. %s"
        .formatted(model.version(), job.model(), model.promotion().reason());
  }

  static String lost(TrainingJob job, String worker) {
    return "Attempt %d on %s found that another worker has the job; it changes nothing any more."
        .formatted(job.attempt(), worker);
  }

  /** How an attempt ended; null if other lines tell it. */
  static @Nullable String ended(TrainingJob job, TrainingJob to) {
    String attempt = "Attempt " + job.attempt();
    return switch (to.status()) {
      case FAILED -> "%s failed: %s".formatted(attempt, to.error());
      case PAUSED -> attempt + " stopped; the job is paused.";
      case CANCELLED -> attempt + " stopped; the job is cancelled.";
      case QUEUED ->
          to.retry().nextAttemptAt() == null
              ? attempt + " stopped because its process shuts down. The job is queued again."
              : "%s failed: %s Retry %d is due at %s."
                  .formatted(
                      attempt,
                      to.retry().lastError(),
                      to.retry().count(),
                      to.retry().nextAttemptAt());
      case RUNNING, SUCCEEDED -> null;
    };
  }
}
