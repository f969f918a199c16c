package dev.resnet.jobs;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Paths of a job's files: {@code <resnet.home>/jobs/<id>/checkpoints/attempt-2/epoch-0007.zip} at
 * the end of an epoch, {@code epoch-0007-step-000123.zip} within the next one.
 *
 * <p>Every attempt has its own folder, so a worker that lost the job without noticing can't touch
 * the files of the next attempt.
 */
final class JobFolders {
  private static final Logger LOG = LoggerFactory.getLogger(JobFolders.class);
  private static final String ATTEMPT = "attempt-";
  private static final String START = "start.zip";

  /** Ends the name of a folder whose job is being deleted. */
  private static final String REMOVED = ".removed";

  private static final Pattern ATTEMPT_FOLDER = Pattern.compile(ATTEMPT + "(\\d{1,9})");

  /** A job's id, as {@link java.util.UUID} writes it. */
  private static final Pattern JOB =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private final Path root;

  JobFolders(Path home) {
    this.root = home.resolve("jobs");
  }

  /** The folder to which the file names in the rows are relative. */
  Path checkpoints(String job) {
    return root.resolve(job).resolve("checkpoints");
  }

  /** The file with the weights that the job starts from, if it has any. */
  Path start(String job) {
    return root.resolve(job).resolve(START);
  }

  /** The folder that only this attempt writes to. */
  Path checkpoints(TrainingJob job) {
    return checkpoints(job.id()).resolve(ATTEMPT + job.attempt());
  }

  /** A checkpoint's name in its row, the same on every system. */
  String name(String job, Path file) {
    return checkpoints(job).relativize(file).toString().replace('\\', '/');
  }

  Path of(String job) {
    return root.resolve(job);
  }

  /**
   * The ids of the jobs that have a folder, also of those without a row. Other folders, such as
   * {@code lost+found}, are not ours.
   */
  List<String> jobs() throws IOException {
    return VolumeFiles.entries(root).stream()
        .map(folder -> folder.getFileName().toString())
        .filter(name -> JOB.matcher(name).matches())
        .toList();
  }

  /** The job whose folder this path is or is in. */
  String job(Path path) {
    return root.relativize(path).getName(0).toString();
  }

  /** All files in the folders of the job's checkpoints. */
  List<Path> files(String job) throws IOException {
    return walk(checkpoints(job));
  }

  /** Bytes of all files of a job. */
  long size(String job) throws IOException {
    long size = 0;
    for (Path file : walk(of(job))) {
      size += Files.size(file);
    }
    return size;
  }

  /** Whether nothing in a job's folder has changed since then. */
  boolean isOlder(String job, Instant then) throws IOException {
    try (Stream<Path> all = Files.walk(of(job))) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (!Files.getLastModifiedTime(path).toInstant().isBefore(then)) {
          return false;
        }
      }
      return true;
    }
  }

  private static List<Path> walk(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  void delete(String job) throws IOException {
    AtomicFiles.deleteRecursively(root.resolve(job));
  }

  /**
   * Takes the files of a job that is being deleted away, all or none. After the transaction call
   * {@link #deleteRemoved}, or {@link #restore} if it was rolled back.
   */
  void remove(String job) throws IOException {
    try {
      Files.move(root.resolve(job), removed(job), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      LOG.debug("Job {} has no files", job);
    }
  }

  /** Gives a job back what {@link #remove} took away, also in a process that died since. */
  void restore(String job) throws IOException {
    try {
      Files.move(removed(job), root.resolve(job), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      LOG.trace("Nothing was taken from job {}", job);
    }
  }

  private Path removed(String job) {
    return root.resolve(job + REMOVED);
  }

  /**
   * Deletes the files of removed jobs; the next call retries those that can't be deleted.
   *
   * @param known whether there is a row for a job: then its deletion was rolled back
   */
  void deleteRemoved(Predicate<String> known) {
    try {
      for (Path folder : VolumeFiles.entries(root)) {
        String name = folder.getFileName().toString();
        if (name.endsWith(REMOVED)
            && !known.test(name.substring(0, name.length() - REMOVED.length()))) {
          delete(folder);
        }
      }
    } catch (IOException e) {
      LOG.warn("The files of deleted jobs could not be looked for: {}", e.toString());
    }
  }

  private static void delete(Path folder) {
    try {
      AtomicFiles.deleteRecursively(folder);
    } catch (IOException e) {
      LOG.warn("The folder {} is not needed and can't be deleted: {}", folder, e.toString());
    }
  }

  /**
   * Deletes starting weights, whole or in part, of jobs that were not accepted because the process
   * ended between the beginning of their copy and the job's row.
   *
   * @param before newer ones may belong to a submission that is still running
   * @param known whether there is a row for a job
   */
  void deleteUnaccepted(Instant before, Predicate<String> known) {
    try {
      for (Path folder : VolumeFiles.entries(root)) {
        String job = folder.getFileName().toString();
        if (!job.endsWith(REMOVED) && onlyStart(folder, before) && !known.test(job)) {
          deleteUnaccepted(job);
        }
      }
    } catch (IOException e) {
      LOG.warn("Starting weights without a job could not be looked for: {}", e.toString());
    }
  }

  /** Whether a folder holds nothing but starting weights, all older than this. */
  private static boolean onlyStart(Path folder, Instant before) throws IOException {
    List<Path> entries = VolumeFiles.entries(folder);
    if (!Files.isDirectory(folder)
        || !entries.stream().allMatch(file -> file.getFileName().toString().startsWith(START))) {
      return false;
    }
    for (Path path : entries.isEmpty() ? List.of(folder) : entries) {
      if (!Files.getLastModifiedTime(path).toInstant().isBefore(before)) {
        return false;
      }
    }
    return true;
  }

  /** Deletes the folder of a job that was not accepted. */
  void deleteUnaccepted(String job) {
    delete(root.resolve(job));
  }

  /** Deletes files without a row; the next sweep retries those that can't be deleted. */
  void discard(List<CheckpointFile> files) {
    for (CheckpointFile file : files) {
      try {
        Files.deleteIfExists(file.path());
      } catch (IOException e) {
        LOG.warn("The old checkpoint {} could not be deleted: {}", file.path(), e.toString());
      }
    }
  }

  /**
   * Deletes files of earlier attempts that ended between writing a file and writing its row, and
   * restores those that a deletion took away that was rolled back. Never touches files of later
   * attempts: a later attempt owns the job.
   *
   * @param known the files that have a row
   */
  void sweep(TrainingJob job, List<CheckpointFile> known) throws IOException {
    restore(job.id());
    Set<Path> kept = known.stream().map(CheckpointFile::path).collect(Collectors.toSet());
    for (Path entry : VolumeFiles.entries(checkpoints(job.id()))) {
      if (attempt(entry) >= job.attempt()) {
        continue;
      }
      // Not Files.isDirectory: a folder that can't be read now is no file that can be deleted.
      if (!Files.readAttributes(entry, BasicFileAttributes.class).isDirectory()) {
        deleteUnless(kept, entry);
        continue;
      }
      for (Path file : VolumeFiles.entries(entry)) {
        deleteUnless(kept, file);
      }
      if (VolumeFiles.entries(entry).isEmpty()) {
        Files.deleteIfExists(entry);
      }
    }
  }

  /** 0 for files of older versions, which had no folder for each attempt. */
  private static int attempt(Path entry) {
    Matcher name = ATTEMPT_FOLDER.matcher(entry.getFileName().toString());
    return name.matches() ? Integer.parseInt(name.group(1)) : 0;
  }

  private static void deleteUnless(Set<Path> kept, Path file) throws IOException {
    if (!kept.contains(file)) {
      AtomicFiles.deleteRecursively(file);
    }
  }
}
