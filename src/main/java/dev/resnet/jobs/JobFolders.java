package dev.resnet.jobs;

import dev.resnet.files.AtomicFiles;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where a job's files lie: {@code <resnet.home>/jobs/<id>/checkpoints/epoch-0007.zip}. */
final class JobFolders {
  private final Path root;

  JobFolders(Path home) {
    this.root = home.resolve("jobs");
  }

  Path checkpoints(String job) {
    return root.resolve(job).resolve("checkpoints");
  }

  void delete(String job) throws IOException {
    AtomicFiles.deleteRecursively(root.resolve(job));
  }

  /** Deletes what a process left that died between writing a file and writing its row. */
  void sweep(String job, List<CheckpointFile> known) throws IOException {
    Path folder = checkpoints(job);
    if (!Files.isDirectory(folder)) {
      return;
    }
    Set<Path> kept = known.stream().map(CheckpointFile::path).collect(Collectors.toSet());
    List<Path> strays;
    try (Stream<Path> files = Files.list(folder)) {
      strays = files.filter(file -> !kept.contains(file)).toList();
    }
    for (Path stray : strays) {
      AtomicFiles.deleteRecursively(stray);
    }
  }
}
