package dev.resnet.backup;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file, or a folder of files, that a row names. Such files are written once and never changed.
 *
 * @param path relative to {@code resnet.home}, with slashes
 * @param folder all files in it belong to the row
 * @param size in bytes, of a folder all files together; negative if the row does not say
 * @param sha256 lower-case hex; null if the row does not say
 */
record NamedFile(String path, boolean folder, long size, @Nullable String sha256) {
  /** The tables whose rows name files. A backup reads them first. */
  static final Set<String> TABLES =
      Set.of(
          "training_checkpoint",
          "training_partial_checkpoint",
          "training_job",
          "model_version",
          "model_evaluation",
          "dataset_version",
          "dataset_upload");

  private static final long UNKNOWN = -1;
  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * The files that a row names.
   *
   * @param row by column, as {@link Kind} reads it
   */
  static List<NamedFile> of(String table, Map<String, @Nullable Object> row) {
    return switch (table) {
      case "training_checkpoint", "training_partial_checkpoint" ->
          List.of(
              file("jobs/%s/checkpoints/%s".formatted(row.get("job_id"), row.get("file")), row));
      case "training_job" -> ofJob(row);
      case "model_version" -> {
        String file = "models/" + row.get("file");
        String card = file.substring(0, file.lastIndexOf('/')) + "/card.json";
        // Exports lie there too; they can be made again.
        yield List.of(file(file, row), new NamedFile(card, false, UNKNOWN, null));
      }
      case "model_evaluation" -> List.of(file("models/" + row.get("file"), row));
      case "dataset_version" ->
          List.of(
              new NamedFile(
                  "datasets/%s/%s".formatted(row.get("name"), row.get("sha256")),
                  true,
                  (long) row.get("size"),
                  null));
      case "dataset_upload" ->
          "CONVERTING".equals(row.get("status"))
              ? List.of(
                  new NamedFile(
                      "datasets/.uploads/%s/archive".formatted(row.get("id")),
                      false,
                      UNKNOWN,
                      null))
              : List.of();
      default -> List.of();
    };
  }

  private static NamedFile file(String path, Map<String, @Nullable Object> row) {
    return new NamedFile(path, false, (long) row.get("size"), (String) row.get("sha256"));
  }

  /** The weights that the job starts from. */
  private static List<NamedFile> ofJob(Map<String, @Nullable Object> row) {
    JsonNode start = JSON.readTree((String) row.get("config")).path("start_from");
    return start.isObject()
        ? List.of(
            new NamedFile(
                "jobs/%s/start.zip".formatted(row.get("id")),
                false,
                UNKNOWN,
                start.path("sha256").asString(null)))
        : List.of();
  }
}
