package dev.resnet.jobs;

import static dev.resnet.jobs.JobRows.column;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.EpochChoice;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of completed epochs and of the checkpoints that are kept. */
final class EpochRepository {
  private final JdbcClient jdbc;
  private final JobFolders folders;

  EpochRepository(JdbcClient jdbc, JobFolders folders) {
    this.jdbc = jdbc;
    this.folders = folders;
  }

  /** The epochs after epoch {@code after}, in order. */
  List<EpochMetrics> epochs(String job, int after) {
    return jdbc.sql(
            "select * from training_epoch where job_id = :job and epoch > :after order by epoch")
        .param("job", job)
        .param("after", after)
        .query((row, n) -> JobRows.epoch(row))
        .list();
  }

  /** The last epoch of each of these jobs that has any. */
  Map<String, EpochMetrics> latest(Collection<String> jobs) {
    return first(jobs, "epoch desc");
  }

  /** The best epoch of each job that has any, in the order of {@link EpochChoice#best}. */
  Map<String, EpochMetrics> best(Collection<String> jobs) {
    return first(
        jobs,
        """
        validation_accuracy desc nulls last, validation_loss asc nulls last,
        case when validation_accuracy is null then test_accuracy end desc, epoch asc
        """);
  }

  private Map<String, EpochMetrics> first(Collection<String> jobs, String order) {
    Map<String, EpochMetrics> found = new HashMap<>();
    if (jobs.isEmpty()) {
      return found;
    }
    jdbc.sql(
            """
            select * from (
              select e.*, row_number() over (partition by job_id order by %s) as place
              from training_epoch e where job_id in (:jobs)) ranked
            where place = 1
            """
                .formatted(order))
        .param("jobs", jobs)
        .query(
            row -> {
              found.put(row.getString("job_id"), JobRows.epoch(row));
            });
    return found;
  }

  /** The checkpoints at the ends of epochs, in order. */
  List<CheckpointFile> checkpoints(String job) {
    return jdbc.sql("select * from training_checkpoint where job_id = :job order by epoch")
        .param("job", job)
        .query((row, n) -> JobRows.checkpoint(row, folders.checkpoints(job)))
        .list();
  }

  /** Everything that a job can resume from: the checkpoints and the one within an epoch. */
  List<CheckpointFile> resumable(String job) {
    List<CheckpointFile> files = new ArrayList<>(checkpoints(job));
    partial(job).ifPresent(files::add);
    return files;
  }

  private Optional<CheckpointFile> partial(String job) {
    return jdbc.sql("select * from training_partial_checkpoint where job_id = :job")
        .param("job", job)
        .query((row, n) -> JobRows.partialCheckpoint(row, folders.checkpoints(job)))
        .optional();
  }

  /**
   * The outcome of adding an epoch.
   *
   * @param repeated whether the job already had this epoch with the same results
   * @param dropped the checkpoints without a row; delete their files after the commit
   */
  record Added(boolean repeated, List<CheckpointFile> dropped) {}

  /**
   * Adds an epoch, or replaces its row where a resumed job has repeated it, and deletes the rows of
   * checkpoints that need not be kept. Safe to repeat, because a commit may have succeeded although
   * its answer was lost.
   *
   * @param checkpoint null if the epoch has none
   */
  Added add(String job, EpochMetrics epoch, @Nullable CheckpointFile checkpoint) {
    boolean repeated =
        epochs(job, epoch.epoch() - 1).stream().limit(1).anyMatch(epoch::hasSameResults);
    Set<CheckpointFile> dropped = new LinkedHashSet<>();
    if (repeated) {
      deleteEpoch(job, epoch.epoch());
    } else {
      // Rows of later epochs, if there are any, belong to another course of the training.
      dropped.addAll(forgetAfter(job, epoch.epoch() - 1));
    }
    insert(job, epoch);
    if (checkpoint != null) {
      dropped.addAll(keep(job, checkpoint));
      dropped.removeIf(file -> file.path().equals(checkpoint.path()));
    }
    return new Added(repeated, List.copyOf(dropped));
  }

  /**
   * Adds a checkpoint, and deletes the rows of those that need not be kept: at the end of an epoch
   * whose row exists, or within an epoch. Safe to repeat.
   *
   * @return the checkpoints without a row; delete their files after the commit
   */
  List<CheckpointFile> keep(String job, CheckpointFile checkpoint) {
    Set<CheckpointFile> dropped = new LinkedHashSet<>();
    partial(job)
        .filter(older -> checkpoint.isPartial() || checkpoint.isAfter(older))
        .ifPresent(dropped::add);
    if (!dropped.isEmpty()) {
      jdbc.sql("delete from training_partial_checkpoint where job_id = :job")
          .param("job", job)
          .update();
    }
    if (checkpoint.isPartial()) {
      insertPartial(job, checkpoint);
    } else {
      dropped.addAll(deleteCheckpoints(job, file -> file.epoch() == checkpoint.epoch()));
      insert(job, checkpoint);
      Set<Integer> kept = EpochChoice.checkpoints(withCheckpoint(job));
      dropped.addAll(deleteCheckpoints(job, file -> !kept.contains(file.epoch())));
    }
    dropped.removeIf(file -> file.path().equals(checkpoint.path()));
    return List.copyOf(dropped);
  }

  private List<CheckpointFile> deleteCheckpoints(String job, Predicate<CheckpointFile> which) {
    List<CheckpointFile> deleted = checkpoints(job).stream().filter(which).toList();
    for (CheckpointFile file : deleted) {
      jdbc.sql("delete from training_checkpoint where job_id = :job and epoch = :epoch")
          .param("job", job)
          .param("epoch", file.epoch())
          .update();
    }
    return deleted;
  }

  private void deleteEpoch(String job, int epoch) {
    jdbc.sql("delete from training_epoch where job_id = :job and epoch = :epoch")
        .param("job", job)
        .param("epoch", epoch)
        .update();
  }

  /** Whether a checkpoint is ahead of everything that the job has reached before. */
  boolean isFurther(String job, CheckpointFile checkpoint) {
    return epochs(job, checkpoint.epoch()).isEmpty()
        && partial(job).map(checkpoint::isAfter).orElse(true);
  }

  private List<EpochMetrics> withCheckpoint(String job) {
    return jdbc.sql(
            """
            select e.* from training_epoch e
              join training_checkpoint c on c.job_id = e.job_id and c.epoch = e.epoch
            where e.job_id = :job order by e.epoch
            """)
        .param("job", job)
        .query((row, n) -> JobRows.epoch(row))
        .list();
  }

  private void insert(String job, EpochMetrics epoch) {
    EpochMetrics.Validation validation = epoch.validation();
    jdbc.sql(
            """
            insert into training_epoch (job_id, epoch, learning_rate, train_cross_entropy, l2_loss,
              train_accuracy, test_loss, test_accuracy, seconds, images_per_second, finished_at,
              validation_loss, validation_accuracy)
            values (:job, :epoch, :learningRate, :crossEntropy, :l2Loss, :trainAccuracy, :testLoss,
              :testAccuracy, :seconds, :imagesPerSecond, :finishedAt,
              :validationLoss, :validationAccuracy)
            """)
        .param("job", job)
        .param("epoch", epoch.epoch())
        .param("learningRate", epoch.learningRate())
        .param("crossEntropy", epoch.trainCrossEntropy())
        .param("l2Loss", epoch.l2Loss())
        .param("trainAccuracy", epoch.trainAccuracy())
        .param("testLoss", epoch.testLoss())
        .param("testAccuracy", epoch.testAccuracy())
        .param("seconds", epoch.seconds())
        .param("imagesPerSecond", epoch.imagesPerSecond())
        .param("finishedAt", column(epoch.finishedAt()))
        .param("validationLoss", validation == null ? null : validation.loss())
        .param("validationAccuracy", validation == null ? null : validation.accuracy())
        .update();
  }

  private void insert(String job, CheckpointFile checkpoint) {
    jdbc.sql(
            """
            insert into training_checkpoint (job_id, epoch, file, size, sha256, test_accuracy)
            values (:job, :epoch, :file, :size, :sha256, :testAccuracy)
            """)
        .param("job", job)
        .param("epoch", checkpoint.epoch())
        .param("file", folders.name(job, checkpoint.path()))
        .param("size", checkpoint.size())
        .param("sha256", checkpoint.sha256())
        .param("testAccuracy", checkpoint.testAccuracy())
        .update();
  }

  private void insertPartial(String job, CheckpointFile checkpoint) {
    jdbc.sql(
            """
            insert into training_partial_checkpoint
              (job_id, epoch, step, file, size, sha256, test_accuracy)
            values (:job, :epoch, :step, :file, :size, :sha256, :testAccuracy)
            """)
        .param("job", job)
        .param("epoch", checkpoint.epoch())
        .param("step", checkpoint.step())
        .param("file", folders.name(job, checkpoint.path()))
        .param("size", checkpoint.size())
        .param("sha256", checkpoint.sha256())
        .param("testAccuracy", checkpoint.testAccuracy())
        .update();
  }

  /**
   * Deletes the rows of the checkpoints at the ends of later epochs. A resumed job has found that
   * they can't be used. The rows of these epochs stay until the job has repeated them.
   *
   * @return the checkpoints without a row; delete their files after the commit
   */
  List<CheckpointFile> forgetCheckpointsAfter(String job, int epoch) {
    return deleteCheckpoints(job, file -> file.epoch() > epoch);
  }

  /**
   * Deletes all rows of later epochs, which will not be repeated.
   *
   * @return the checkpoints without a row; delete their files after the commit
   */
  List<CheckpointFile> forgetAfter(String job, int epoch) {
    List<CheckpointFile> forgotten =
        resumable(job).stream().filter(file -> file.epoch() > epoch).toList();
    for (String table :
        List.of("training_epoch", "training_checkpoint", "training_partial_checkpoint")) {
      jdbc.sql("delete from " + table + " where job_id = :job and epoch > :epoch")
          .param("job", job)
          .param("epoch", epoch)
          .update();
    }
    return forgotten;
  }

  /** An epoch and how long it took. */
  record Measured(
      String job,
      TrainingConfig config,
      @Nullable String datasetVersion,
      double seconds,
      Instant finishedAt) {}

  /** The newest epochs of networks of this size on this engine, precision and device. */
  List<Measured> measured(int stackN, EngineDescription engine) {
    return jdbc.sql(
            """
            select j.id, j.config, j.dataset_version, e.seconds, e.finished_at
            from training_epoch e join training_job j on j.id = e.job_id
            where j.stack_n = :stackN and j.engine = :engine and j.engine_precision = :precision
              and j.engine_device = :device
            order by e.finished_at desc, e.epoch desc limit 200
            """)
        .param("stackN", stackN)
        .param("engine", engine.engine().wireName())
        .param("precision", engine.precision().wireName())
        .param("device", engine.device())
        .query(
            (row, n) ->
                new Measured(
                    row.getString("id"),
                    ConfigJson.read(row.getString("config")),
                    row.getString("dataset_version"),
                    row.getDouble("seconds"),
                    row.getObject("finished_at", OffsetDateTime.class).toInstant()))
        .list();
  }
}
