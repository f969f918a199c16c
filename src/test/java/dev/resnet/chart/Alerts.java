package dev.resnet.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The alert rules of the chart. */
public final class Alerts {
  public static final Path FILE = Chart.FOLDER.resolve("files/alerts.yaml");

  private Alerts() {}

  static Map<String, Object> file() {
    try {
      return Chart.yaml().load(Files.readString(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> rules() {
    return ((List<Map<String, Object>>) file().get("groups"))
        .stream()
            .flatMap(group -> ((List<Map<String, Object>>) group.get("rules")).stream())
            .toList();
  }

  public static List<String> queries() {
    return rules().stream().map(rule -> (String) rule.get("expr")).toList();
  }
}
