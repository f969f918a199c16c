package dev.resnet.sweeps.web;

import dev.resnet.sweeps.Ranking;
import dev.resnet.sweeps.web.SweepResponse.SweepJob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The jobs of a sweep as CSV (RFC 4180), best first, each with the figures of its configuration and
 * a column for each path.
 */
final class SweepCsv {
  static final String MEDIA_TYPE = "text/csv";
  private static final JsonMapper JSON = new JsonMapper();

  private static final List<String> HEADER =
      List.of(
          "rank",
          "number",
          "job",
          "status",
          "epoch",
          "validation_accuracy",
          "test_accuracy",
          "stopped",
          "configuration_rank",
          "mean",
          "deviation",
          "n");

  private SweepCsv() {}

  static String of(Ranking ranking) {
    Map<Ranking.Row, Ranking.Configuration> configurations = new HashMap<>();
    ranking
        .configurations()
        .forEach(
            configuration ->
                configuration.jobs().forEach(row -> configurations.put(row, configuration)));
    List<String> lines = new ArrayList<>();
    List<Object> header = new ArrayList<>(HEADER);
    ranking.rows().stream().limit(1).forEach(row -> header.addAll(row.point().values().keySet()));
    lines.add(line(header));
    ranking.rows().forEach(row -> lines.add(line(cells(row, configurations.get(row)))));
    return String.join("", lines);
  }

  private static List<@Nullable Object> cells(Ranking.Row row, Ranking.Configuration of) {
    SweepJob job = SweepJob.of(row);
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(job.rank());
    cells.add(job.number());
    cells.add(job.job());
    cells.add(job.status());
    cells.add(job.epoch());
    cells.add(job.validationAccuracy());
    cells.add(job.testAccuracy());
    cells.add(job.stopped());
    cells.add(of.rank());
    cells.add(of.mean());
    cells.add(of.deviation());
    cells.add(of.count());
    row.point().values().values().forEach(value -> cells.add(value(value)));
    return cells;
  }

  /** Lists and objects as JSON. */
  private static @Nullable Object value(@Nullable Object value) {
    return value instanceof List || value instanceof Map ? JSON.writeValueAsString(value) : value;
  }

  private static String line(List<? extends @Nullable Object> cells) {
    return cells.stream().map(SweepCsv::cell).collect(Collectors.joining(",", "", "\r\n"));
  }

  /** Empty if the value is null in JSON. */
  private static String cell(@Nullable Object value) {
    if (value == null || value instanceof Double number && !Double.isFinite(number)) {
      return "";
    }
    String text = value.toString();
    return text.matches("(?s).*[\",\r\n].*") ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
  }
}
