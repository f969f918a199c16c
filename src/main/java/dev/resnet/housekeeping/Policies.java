package dev.resnet.housekeeping;

import dev.resnet.data.UnusedVersions;
import dev.resnet.jobs.EndedJobs;
import dev.resnet.models.ModelListing;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.UnknownModelException;
import dev.resnet.models.VersionHasAliasException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the policies would delete now. */
final class Policies {
  /** Versions of a model to read at once. */
  private static final int PAGE = 1000;

  private final HousekeepingProperties settings;
  private final EndedJobs jobs;
  private final ModelRegistry models;
  private final UnusedVersions datasets;
  private final Path home;
  private final Clock clock;

  Policies(
      HousekeepingProperties settings,
      EndedJobs jobs,
      ModelRegistry models,
      UnusedVersions datasets,
      Path home,
      Clock clock) {
    this.settings = settings;
    this.jobs = jobs;
    this.models = models;
    this.datasets = datasets;
    this.home = home;
    this.clock = clock;
  }

  /** Everything that can go now; what goes with a job is not named twice. */
  Due due() {
    Due due = new Due();
    Set<String> gone = new HashSet<>();
    Instant before = before(settings.endedJobsAfter());
    if (before != null) {
      for (String job : jobs.endedBefore(before)) {
        gone.add(job);
        due.add(Kind.JOB, job, () -> jobs.size(job), () -> jobs.delete(job, before));
      }
    }
    addCheckpoints(due, gone);
    addModelVersions(due);
    addDatasetVersions(due);
    if (settings.orphans()) {
      due.search(Kind.ORPHAN, () -> addOrphansOfJobs(due));
      addOrphansOfModels(due);
    }
    return due;
  }

  private @Nullable Instant before(@Nullable Duration age) {
    return age == null ? null : clock.instant().minus(age);
  }

  private void addCheckpoints(Due due, Set<String> gone) {
    Instant before = before(settings.checkpointsAfter());
    if (before != null) {
      for (String job : jobs.withCheckpoints(before)) {
        if (!gone.contains(job)) {
          due.add(
              Kind.CHECKPOINTS,
              job,
              () -> jobs.checkpointsSize(job),
              () -> jobs.deleteCheckpoints(job, before) > 0);
        }
      }
    }
  }

  /** An alias may be moved at any time, so the deletion looks again. */
  private void addModelVersions(Due due) {
    Integer keep = settings.keepModelVersions();
    if (keep == null) {
      return;
    }
    ModelListing listing = models.listing();
    for (String name : listing.names()) {
      int kept = 0;
      for (long from = 0; ; from += PAGE) {
        List<ModelVersion> page = listing.versions(name, "version", false, PAGE, from);
        for (ModelVersion version : page) {
          if (!models.hasAlias(name, version.version()) && ++kept > keep) {
            due.add(
                Kind.MODEL_VERSION,
                name + " version " + version.version(),
                () -> size(version),
                () -> delete(name, version.version()));
          }
        }
        if (page.size() < PAGE) {
          break;
        }
      }
    }
  }

  /** Of the network and what is kept beside it, such as evaluations. */
  private long size(ModelVersion version) throws IOException {
    try {
      return size(home.resolve("models").resolve(version.file()).getParent());
    } catch (NoSuchFileException e) {
      return 0; // it has just been deleted
    }
  }

  private boolean delete(String model, int version) {
    try {
      models.delete(model, version);
      return true;
    } catch (VersionHasAliasException | UnknownModelException e) {
      return false;
    }
  }

  private void addDatasetVersions(Due due) {
    Instant before = before(settings.datasetVersionsAfter());
    if (before != null) {
      for (UnusedVersions.Version version : datasets.since(before)) {
        due.add(
            Kind.DATASET_VERSION,
            version.dataset() + " version " + version.sha256(),
            version::size,
            () -> datasets.delete(version, before));
      }
    }
  }

  private void addOrphansOfJobs(Due due) throws IOException {
    Instant before = clock.instant().minus(settings.orphansAfter());
    for (Path path : jobs.orphans(before)) {
      addOrphan(due, path, () -> jobs.deleteOrphan(path, before));
    }
  }

  private void addOrphansOfModels(Due due) {
    Instant before = clock.instant().minus(settings.orphansAfter());
    for (Path path : models.orphans(before)) {
      addOrphan(due, path, () -> models.deleteOrphan(path, before));
    }
  }

  private void addOrphan(Due due, Path path, Candidate.Deletion deletion) {
    String name = home.relativize(path).toString().replace('\\', '/');
    due.add(Kind.ORPHAN, name, () -> size(path), deletion);
  }

  private static long size(Path path) throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      long size = 0;
      for (Path file : (Iterable<Path>) all::iterator) {
        size += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
      return size;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
