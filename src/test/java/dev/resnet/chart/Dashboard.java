package dev.resnet.chart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Grafana dashboard of the chart. */
public final class Dashboard {
  static final Path FILE = Chart.FOLDER.resolve("files/dashboard.json");

  private final JsonNode root;

  private Dashboard(JsonNode root) {
    this.root = root;
  }

  public static Dashboard read() {
    return new Dashboard(JsonMapper.builder().build().readTree(FILE.toFile()));
  }

  JsonNode root() {
    return root;
  }

  Stream<JsonNode> panels() {
    return root.get("panels").valueStream();
  }

  /** The panels with queries. */
  Stream<JsonNode> graphs() {
    return panels().filter(panel -> !panel.get("type").stringValue().equals("row"));
  }

  /** All queries, with Grafana's variables set for all namespaces. */
  public List<String> queries(Duration rateInterval) {
    return graphs()
        .flatMap(panel -> panel.get("targets").valueStream())
        .map(target -> target.get("expr").stringValue())
        .map(query -> query.replace("$namespace", ".*"))
        .map(query -> query.replace("$__rate_interval", rateInterval.toSeconds() + "s"))
        .toList();
  }
}
