package dev.resnet.jobs;

import static dev.resnet.jobs.JobRows.column;

import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Keep;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What ended jobs leave, for whoever cleans up. A job that has been resumed meanwhile is not
 * touched: each deletion locks the job's row and looks again.
 */
public final class EndedJobs {
  private static final String ENDED =
      "status in ('SUCCEEDED', 'FAILED', 'CANCELLED') and finished_at < :before";

  /** Only what this service writes: other files in the folder are not ours to delete. */
  private static final Pattern CHECKPOINT =
      Pattern.compile("epoch-\\d{4,}(-step-\\d+)?\\.zip|epoch-.*\\.partial");

  private final JobStore store;
  private final Consumer<String> deletion;
  private final JdbcClient jdbc;

  /**
   * @param deletion deletes an ended job with its files, as {@link TrainingJobs#delete} does
   */
  EndedJobs(JobStore store, Consumer<String> deletion, JdbcClient jdbc) {
    this.store = store;
    this.deletion = deletion;
    this.jdbc = jdbc;
  }

  /** The jobs that ended before that time, the oldest first. */
  public List<String> endedBefore(Instant before) {
    return jdbc.sql("select id from training_job where %s order by finished_at".formatted(ENDED))
        .param("before", column(before))
        .query(String.class)
        .list();
  }

  /** Bytes of all files of a job. */
  public long size(String job) throws IOException {
    return store.folders().size(job);
  }

  /**
   * Deletes a job with its files.
   *
   * @return false if it has not ended, or not before that time
   */
  public boolean delete(String job, Instant before) {
    if (store.transaction().execute(status -> locked(job, before).isEmpty())) {
      return false;
    }
    try {
      // Not inside a transaction: the files of a job are deleted once its row is gone for good.
      deletion.accept(job);
      return true;
    } catch (IllegalMoveException | UnknownJobException e) {
      return false; // resumed or deleted in between
    }
  }

  private Optional<TrainingJob> locked(String id, Instant before) {
    return store
        .jobs()
        .locked(id)
        .filter(job -> job.status().ended())
        .filter(job -> job.finishedAt() != null && job.finishedAt().isBefore(before));
  }

  /** The jobs that ended before that time and have checkpoints that nothing needs. */
  public List<String> withCheckpoints(Instant before) {
    return endedBefore(before).stream()
        .filter(id -> store.jobs().find(id).filter(job -> !unneeded(job).isEmpty()).isPresent())
        .toList();
  }

  /** Bytes of the checkpoints of a job that nothing needs. */
  public long checkpointsSize(String id) {
    return store
        .jobs()
        .find(id)
        .map(job -> unneeded(job).stream().mapToLong(CheckpointFile::size).sum())
        .orElse(0L);
  }

  /**
   * All checkpoints of a job that succeeded: its model has a copy. A failed or cancelled job keeps
   * the newest one, from which it can be resumed, and the best one if that may become its model.
   */
  private List<CheckpointFile> unneeded(TrainingJob job) {
    List<CheckpointFile> files = store.epochs().checkpoints(job.id());
    if (job.status() == JobStatus.SUCCEEDED || files.isEmpty()) {
      return files;
    }
    int newest = files.get(files.size() - 1).epoch();
    EpochMetrics best = store.epochs().best(List.of(job.id())).get(job.id());
    int kept = job.config().keep() == Keep.BEST && best != null ? best.epoch() : newest;
    return files.stream().filter(file -> file.epoch() != newest && file.epoch() != kept).toList();
  }

  /**
   * Deletes the checkpoints of a job that nothing needs.
   *
   * @return their bytes
   */
  public long deleteCheckpoints(String id, Instant before) {
    List<CheckpointFile> deleted =
        store
            .transaction()
            .execute(
                status -> {
                  List<CheckpointFile> files =
                      locked(id, before).map(this::unneeded).orElse(List.of());
                  for (CheckpointFile file : files) {
                    jdbc.sql("delete from training_checkpoint where job_id = ? and epoch = ?")
                        .params(id, file.epoch())
                        .update();
                  }
                  return List.copyOf(files);
                });
    store.folders().discard(deleted);
    return deleted.stream().mapToLong(CheckpointFile::size).sum();
  }

  /**
   * Folders of jobs without a row, and checkpoints without a row in the folders of ended jobs.
   *
   * @param before newer ones may be being written
   */
  public List<Path> orphans(Instant before) throws IOException {
    List<Path> orphans = new ArrayList<>();
    for (String id : store.folders().jobs()) {
      Optional<TrainingJob> job = store.jobs().find(id);
      if (job.isEmpty()) {
        if (store.folders().isOlder(id, before)) {
          orphans.add(store.folders().of(id));
        }
      } else if (job.get().status().ended()) {
        orphans.addAll(orphans(id, before));
      }
    }
    return orphans;
  }

  private List<Path> orphans(String id, Instant before) throws IOException {
    List<Path> known = store.epochs().resumable(id).stream().map(CheckpointFile::path).toList();
    List<Path> orphans = new ArrayList<>();
    for (Path file : store.folders().files(id)) {
      if (CHECKPOINT.matcher(file.getFileName().toString()).matches()
          && !known.contains(file)
          && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
        orphans.add(file);
      }
    }
    return orphans;
  }

  /**
   * Deletes one of {@link #orphans}, unless it has a row by now or its job has been resumed.
   *
   * @return whether it is gone
   */
  public boolean deleteOrphan(Path orphan, Instant before) throws IOException {
    String id = store.folders().job(orphan);
    if (orphan.equals(store.folders().of(id))) {
      if (store.jobs().find(id).isPresent() || !store.folders().isOlder(id, before)) {
        return false;
      }
      store.folders().delete(id);
      return true;
    }
    return store
        .transaction()
        .execute(
            status -> {
              boolean ended =
                  store.jobs().locked(id).filter(job -> job.status().ended()).isPresent();
              try {
                return ended
                    && orphans(id, before).contains(orphan)
                    && Files.deleteIfExists(orphan);
              } catch (IOException e) {
                return false; // the next run finds it again
              }
            });
  }
}
