package dev.resnet.chart;

import static dev.resnet.chart.Installations.ANONYMOUS;
import static dev.resnet.chart.Installations.MONITORING;
import static dev.resnet.chart.Installations.SPLIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Service;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Scraping, alerts and dashboard for Prometheus, its operator and Grafana. */
class MonitoringTests {

  @Test
  void monitoringIsOffByDefault() {
    Chart chart = Chart.render(ANONYMOUS);
    assertThat(chart.monitors()).isEmpty();
    assertThat(chart.all(V1ConfigMap.class)).isEmpty();
  }

  @Test
  @SuppressWarnings("unchecked")
  void theServiceMonitorFindsTheManagementServices() {
    Chart chart = Chart.render(SPLIT + MONITORING);
    Map<String, Object> monitor = chart.monitor("ServiceMonitor");
    assertThat(monitor).containsOnlyKeys("apiVersion", "kind", "metadata", "spec");
    assertThat(((Map<String, Map<String, String>>) monitor.get("metadata")).get("labels"))
        .containsEntry("release", "prometheus");
    var spec = (Map<String, Object>) monitor.get("spec");
    assertThat(spec).containsOnlyKeys("selector", "endpoints");

    var selected = ((Map<String, Map<String, String>>) spec.get("selector")).get("matchLabels");
    assertThat(chart.all(V1Service.class))
        .filteredOn(
            service ->
                service.getMetadata().getLabels().entrySet().containsAll(selected.entrySet()))
        .extracting(service -> service.getMetadata().getName())
        .containsExactly(
            "lab-resnet-service-api-management", "lab-resnet-service-worker-management");

    var endpoints = (List<Map<String, Object>>) spec.get("endpoints");
    assertThat(endpoints)
        .singleElement()
        .satisfies(
            endpoint ->
                assertThat(endpoint)
                    .containsEntry("port", "management")
                    .containsEntry("path", "/actuator/prometheus")
                    .containsEntry("interval", "15s")
                    // Without it, the scrape overwrites the label "job" of resnet_job_*.
                    .containsEntry("honorLabels", true)
                    .containsEntry(
                        "relabelings",
                        List.of(
                            Map.of("targetLabel", "job", "replacement", "resnet-service"),
                            Map.of(
                                "targetLabel", "service", "replacement", "lab-resnet-service"))));
  }

  @Test
  @SuppressWarnings("unchecked")
  void theChartUsesTheFilesOfRulesAndDashboard() throws Exception {
    Chart chart = Chart.render(ANONYMOUS + MONITORING);
    Map<String, Object> rule = chart.monitor("PrometheusRule");
    assertThat(rule.get("spec")).isEqualTo(Alerts.file());
    assertThat(((Map<String, Map<String, String>>) rule.get("metadata")).get("labels"))
        .containsEntry("release", "prometheus");

    V1ConfigMap dashboard = chart.only(V1ConfigMap.class);
    assertThat(dashboard.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
    assertThat(dashboard.getData().get("resnet-service.json"))
        .isEqualToIgnoringWhitespace(Files.readString(Dashboard.FILE));
  }

  @Test
  @Tag("tools")
  void promtoolAcceptsTheRules() throws Exception {
    Promtool.Result result = Promtool.run("check", "rules", Alerts.FILE.toString());
    assertThat(result.exit()).as(result.output()).isZero();
  }

  @Test
  @Tag("tools")
  void everyAlertFiresWhenItShouldAndOnlyThen() throws Exception {
    Promtool.Result result = Promtool.run("test", "rules", "src/test/prometheus/alerts.test.yaml");
    assertThat(result.exit()).as(result.output()).isZero();

    String tests = Files.readString(java.nio.file.Path.of("src/test/prometheus/alerts.test.yaml"));
    assertThat(Alerts.rules())
        .allSatisfy(
            rule ->
                assertThat(tests)
                    .contains(
                        "        alertname: " + rule.get("alert") + "\n        exp_alerts:\n"));
  }

  @Test
  @SuppressWarnings("unchecked")
  void everyAlertSaysWhatIsWrongAndWhatToDo() {
    assertThat(Alerts.rules())
        .hasSizeGreaterThan(9)
        .allSatisfy(
            rule -> {
              assertThat((Map<String, String>) rule.get("annotations"))
                  .containsOnlyKeys("summary", "description", "action")
                  .allSatisfy((key, text) -> assertThat(text).isNotBlank());
              assertThat((Map<String, String>) rule.get("labels")).containsOnlyKeys("severity");
              assertThat(((Map<String, String>) rule.get("labels")).get("severity"))
                  .isIn("critical", "warning");
            });
  }

  @Test
  void theDashboardIsValidForGrafana() {
    Dashboard dashboard = Dashboard.read();
    assertThat(dashboard.panels().map(panel -> panel.get("id").intValue())).doesNotHaveDuplicates();
    assertThat(dashboard.root().at("/templating/list").valueStream())
        .extracting(variable -> variable.get("name").stringValue())
        .containsExactly("datasource", "namespace");
    assertThat(dashboard.graphs())
        .hasSizeGreaterThan(15)
        .allSatisfy(
            panel -> {
              assertThat(panel.get("title").stringValue()).isNotBlank();
              assertThat(panel.get("description").stringValue()).isNotBlank();
              assertThat(panel.at("/datasource/uid").stringValue()).isEqualTo("${datasource}");
              assertThat(panel.get("targets").valueStream())
                  .isNotEmpty()
                  .allSatisfy(
                      target -> assertThat(target.get("legendFormat").stringValue()).isNotBlank());
            });
    assertNoOverlap(dashboard);
  }

  private static void assertNoOverlap(Dashboard dashboard) {
    Set<String> taken = new TreeSet<>();
    dashboard
        .panels()
        .forEach(
            panel -> {
              JsonNode place = panel.get("gridPos");
              for (int x = 0; x < place.get("w").intValue(); x++) {
                for (int y = 0; y < place.get("h").intValue(); y++) {
                  int column = place.get("x").intValue() + x;
                  int line = place.get("y").intValue() + y;
                  assertThat(column).isLessThan(24);
                  assertThat(taken.add(column + "," + line))
                      .as("%s overlaps at %d, %d", panel.get("title"), column, line)
                      .isTrue();
                }
              }
            });
  }

  @Test
  void metricsAreFoundInQueries() {
    assertThat(
            PromQl.metrics(
                List.of(
                    "histogram_quantile(0.99, sum by (le) (rate(a_bucket{b=\"c(d)\"}[5m]))) > 2e9",
                    "max by (job, exported_job) (e) unless on (instance) f offset 5m == 1")))
        .containsExactly("a_bucket", "e", "f");
    assertThat(PromQl.metrics(Dashboard.read().queries(Duration.ofMinutes(1))))
        .contains(
            "resnet_jobs", "resnet_job_test_accuracy", "resnet_inference_seconds_bucket", "up")
        .doesNotContain("namespace", "job", "exported_job", "status");
  }
}
