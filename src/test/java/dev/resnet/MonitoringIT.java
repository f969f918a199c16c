package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.chart.Alerts;
import dev.resnet.chart.Chart;
import dev.resnet.chart.Dashboard;
import dev.resnet.chart.Installations;
import dev.resnet.chart.PromQl;
import dev.resnet.chart.Prometheus;
import dev.resnet.chart.Promtool;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus scrapes the packaged jar while it trains and classifies. All metrics that the
 * dashboard and the alerts use must exist. The jar runs with the environment of the chart.
 */
@Tag("tools")
class MonitoringIT {
  private static final String JOBS = "/api/v1/training-jobs";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path home;
  @TempDir private Path folder;

  private final int managementPort;

  MonitoringIT() throws Exception {
    managementPort = Prometheus.freePort();
  }

  @Test
  void everyMetricOfDashboardAndAlertsIsScraped() throws Exception {
    try (var service = ServiceProcess.start(home, environment());
        var prometheus = Prometheus.start(folder, "127.0.0.1:" + managementPort)) {
      awaitSuccess(service, submit(service, 1));
      byte[] picture = service.bytes("/api/v1/datasets/synthetic/images/test/0");
      String endless = submit(service, 10_000);

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                service.post("/api/v1/models/watched/classify", "image/png", picture);
                assertThat(Dashboard.read().queries(Duration.ofSeconds(20)))
                    .allSatisfy(
                        query -> assertThat(prometheus.series(query)).as(query).isPositive());
              });

      assertThat(prometheus.metrics())
          .containsAll(PromQl.metrics(Dashboard.read().queries(Duration.ofSeconds(20))))
          .containsAll(PromQl.metrics(Alerts.queries()));
      assertThat(prometheus.series("resnet_job_epoch{job=\"%s\"}".formatted(endless))).isOne();
      assertThat(prometheus.series("disk_free_bytes{path=\"%s\"}".formatted(home))).isOne();

      assertThat(prometheus.brokenRules()).isEmpty();
      assertThat(prometheus.alerts())
          .doesNotContain("ResnetServiceDown", "ResnetServiceMissing", "ResnetDatabaseUnreadable");
      assertPromtoolAgrees(prometheus.configuration());

      service.post(JOBS + "/" + endless + "/cancel", Map.of());
    }
  }

  /** The chart's environment, except for paths and ports of this machine. */
  private Map<String, String> environment() {
    Map<String, String> environment = Chart.render(Installations.ANONYMOUS).environment("all");
    environment.keySet().removeAll(List.of("RESNET_HOME", "SERVER_PORT"));
    environment.put("SERVER_ADDRESS", "127.0.0.1");
    environment.put("MANAGEMENT_SERVER_PORT", String.valueOf(managementPort));
    return environment;
  }

  private static String submit(ServiceProcess service, int epochs) throws Exception {
    return service
        .post(
            JOBS,
            Map.of(
                "stack_n",
                1,
                "dataset",
                "synthetic",
                "model",
                "watched",
                "epochs",
                epochs,
                "batch_size",
                32,
                "train_limit",
                320,
                "test_limit",
                100,
                "recipe",
                "fast"))
        .at("/id")
        .asString();
  }

  private static void awaitSuccess(ServiceProcess service, String job) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> service.get(JOBS + "/" + job).at("/status").asString(),
            status -> {
              assertThat(status).isNotIn("FAILED", "CANCELLED");
              return status.equals("SUCCEEDED");
            });
  }

  private void assertPromtoolAgrees(Path configuration) throws Exception {
    Promtool.Result check = Promtool.run("check", "config", configuration.toString());
    assertThat(check.exit()).as(check.output()).isZero();

    Path scrape = folder.resolve("metrics.txt");
    URI uri = URI.create("http://127.0.0.1:" + managementPort + "/actuator/prometheus");
    HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofFile(scrape));
    assertThat(Files.readString(scrape)).contains("resnet_jobs{");
    Promtool.Result metrics = Promtool.run(scrape, "check", "metrics");
    // 3: findings. Micrometer's own meters have some (no help text, units); those of this service
    // have none.
    assertThat(metrics.exit()).as(metrics.output()).isIn(0, 3);
    assertThat(metrics.output().lines().filter(line -> line.startsWith("resnet_"))).isEmpty();
  }
}
