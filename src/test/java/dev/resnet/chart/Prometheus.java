package dev.resnet.chart;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus that scrapes one process of the service every second. */
public final class Prometheus implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Instant started = Instant.now();
  private final Process process;
  private final Path log;
  private final Path configuration;
  private final String url;

  private Prometheus(Process process, Path log, Path configuration, int port) {
    this.process = process;
    this.log = log;
    this.configuration = configuration;
    this.url = "http://127.0.0.1:" + port;
  }

  /**
   * Keeps its data in {@code folder} and scrapes the metrics at {@code target}, a host and port.
   */
  public static Prometheus start(Path folder, String target) throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("prometheus.yaml"),
            """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ["%s"]
            scrape_configs:
              - job_name: resnet-service
                honor_labels: true
                metrics_path: /actuator/prometheus
                static_configs: [{targets: ["%s"]}]
            """
                .formatted(Alerts.FILE.toAbsolutePath(), target));
    int port = freePort();
    Path log = folder.resolve("prometheus.log");
    Process process =
        new ProcessBuilder(
                Promtool.program("prometheus").toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    var prometheus = new Prometheus(process, log, configuration, port);
    await().atMost(Duration.ofSeconds(60)).until(prometheus::ready);
    return prometheus;
  }

  public static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private boolean ready() throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw new IllegalStateException("Prometheus ended: " + Files.readString(log));
    }
    try {
      return get("/-/ready").statusCode() == 200;
    } catch (java.net.ConnectException e) {
      return false;
    }
  }

  public Path configuration() {
    return configuration;
  }

  /** Every metric that was ever scraped. */
  public Set<String> metrics() throws IOException, InterruptedException {
    Set<String> names = new TreeSet<>();
    data("/api/v1/label/__name__/values").forEach(name -> names.add(name.stringValue()));
    return names;
  }

  /** How many series a query returned at any time since the start. */
  public int series(String query) throws IOException, InterruptedException {
    String range =
        "&start=%s&end=%s&step=1"
            .formatted(started.getEpochSecond(), Instant.now().getEpochSecond() + 1);
    return data("/api/v1/query_range?query=" + encoded(query) + range).get("result").size();
  }

  /** The rules that could not be evaluated, with their errors. */
  public List<String> brokenRules() throws IOException, InterruptedException {
    List<String> broken = new ArrayList<>();
    for (JsonNode group : data("/api/v1/rules").get("groups")) {
      for (JsonNode rule : group.get("rules")) {
        if (!rule.get("health").stringValue().equals("ok")) {
          broken.add(rule.toString());
        }
      }
    }
    return broken;
  }

  /** The names of the alerts that are pending or firing. */
  public Set<String> alerts() throws IOException, InterruptedException {
    Set<String> names = new TreeSet<>();
    for (JsonNode alert : data("/api/v1/alerts").get("alerts")) {
      names.add(alert.at("/labels/alertname").stringValue());
    }
    return names;
  }

  private JsonNode data(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = get(path);
    if (response.statusCode() != 200) {
      throw new IllegalStateException(path + ": " + response.body());
    }
    return JSON.readTree(response.body()).get("data");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
