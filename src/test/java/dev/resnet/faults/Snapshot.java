package dev.resnet.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * All that a job has left in the database and on the volume.
 *
 * @param rows as JSON
 * @param files SHA-256 by path
 */
record Snapshot(List<String> rows, Map<String, String> files) {
  private static final Map<String, String> KEYS =
      Map.of(
          "training_job", "id",
          "training_epoch", "job_id",
          "training_checkpoint", "job_id",
          "model_version", "job_id",
          "scheduled_tasks", "task_instance");

  /**
   * @param counted which files below {@code home} to look at
   */
  static Snapshot of(JdbcClient jdbc, Path home, String job, Predicate<Path> counted)
      throws IOException {
    List<String> rows = new ArrayList<>();
    for (var table : new TreeMap<>(KEYS).entrySet()) {
      rows.addAll(
          jdbc.sql(
                  "select row_to_json(t)::text from %s t where %s = ? order by 1"
                      .formatted(table.getKey(), table.getValue()))
              .param(job)
              .query(String.class)
              .list());
    }
    Map<String, String> files = new TreeMap<>();
    for (String folder : List.of("jobs", "models")) {
      try (Stream<Path> paths = Files.walk(home.resolve(folder))) {
        for (Path path : paths.filter(Files::isRegularFile).filter(counted).toList()) {
          files.put(home.relativize(path).toString(), Outcome.sha256(Files.readAllBytes(path)));
        }
      }
    }
    return new Snapshot(rows, files);
  }
}
