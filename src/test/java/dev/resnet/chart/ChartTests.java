package dev.resnet.chart;

import static dev.resnet.chart.Installations.ANONYMOUS;
import static dev.resnet.chart.Installations.AUTOSCALING;
import static dev.resnet.chart.Installations.GPU;
import static dev.resnet.chart.Installations.INGRESS;
import static dev.resnet.chart.Installations.KEYS;
import static dev.resnet.chart.Installations.MONITORING;
import static dev.resnet.chart.Installations.PLACED;
import static dev.resnet.chart.Installations.REPLICAS;
import static dev.resnet.chart.Installations.SPLIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.LintResult;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart as a whole: Helm and Kubernetes accept it in each installation variant. */
class ChartTests {
  private static final String HELM_TEST = "test";

  static Stream<Arguments> installations() {
    return Stream.of(
        Arguments.of("anonymous", ANONYMOUS, List.of("all")),
        Arguments.of("keys", KEYS, List.of("all")),
        Arguments.of("split", SPLIT, List.of("api", "worker")),
        Arguments.of("replicas", REPLICAS, List.of("all")),
        Arguments.of("one pod with a GPU", ANONYMOUS + GPU, List.of("all")),
        Arguments.of(
            "everything",
            SPLIT + GPU + INGRESS + MONITORING + AUTOSCALING,
            List.of("api", "worker")),
        Arguments.of("placed", KEYS + PLACED + MONITORING, List.of("all")),
        Arguments.of(
            "bare",
            ANONYMOUS
                + """
                persistence: {enabled: false}
                networkPolicy: {enabled: false}
                podDisruptionBudget: {enabled: false}
                serviceAccount: {create: false}
                shutdown: {preStopSeconds: 0}
                fullnameOverride: lab-resnet-service
                """,
            List.of("all")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("installations")
  void everyObjectIsValidForKubernetes(String name, String values, List<String> roles) {
    Chart chart = Chart.render(values);

    assertThat(chart.all(V1Deployment.class))
        .extracting(deployment -> deployment.getMetadata().getName())
        .containsExactlyElementsOf(
            roles.stream().map(role -> "lab-resnet-service-" + role).toList());
    assertThat(chart.objects())
        .allSatisfy(
            object -> {
              assertThat(object.getMetadata().getName()).hasSizeLessThan(64);
              assertThat(object.getMetadata().getLabels())
                  .containsEntry("app.kubernetes.io/name", "resnet-service")
                  .containsEntry("app.kubernetes.io/instance", "lab")
                  .containsEntry("app.kubernetes.io/managed-by", "Helm")
                  .containsKeys("app.kubernetes.io/version", "helm.sh/chart");
            });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("installations")
  void everySelectorMatchesPods(String name, String values, List<String> roles) {
    Chart chart = Chart.render(values);
    List<Map<String, String>> pods =
        chart.all(V1Deployment.class).stream()
            .map(deployment -> deployment.getSpec().getTemplate().getMetadata().getLabels())
            .toList();

    assertThat(selectors(chart)).allSatisfy(selector -> assertThat(pods).anyMatch(in(selector)));
    // No selector may match the pod of helm test.
    Map<String, String> test = chart.only(V1Pod.class).getMetadata().getLabels();
    assertThat(test).containsEntry("app.kubernetes.io/component", HELM_TEST);
    assertThat(selectors(chart)).noneMatch(selector -> in(selector).test(test));
  }

  @Test
  void helmLintsItStrictly() {
    LintResult result = Chart.lint();
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
  }

  @Test
  void itsVersionIsThatOfTheService() throws IOException {
    var build = new Properties();
    try (InputStream in = getClass().getResourceAsStream("/META-INF/build-info.properties")) {
      build.load(in);
    }
    Map<String, Object> chart =
        Chart.yaml().load(Files.readString(Chart.FOLDER.resolve("Chart.yaml")));
    assertThat(chart)
        .containsEntry("version", build.getProperty("build.version"))
        .containsEntry("appVersion", build.getProperty("build.version"));
  }

  @Test
  void longNamesAreTruncatedToValidOnes() {
    Chart chart = Chart.render(SPLIT + "nameOverride: " + "x".repeat(80) + "\n");
    assertThat(chart.objects())
        .allSatisfy(object -> assertThat(object.getMetadata().getName()).hasSizeLessThan(64));
    assertThat(chart.all(V1Service.class))
        .extracting(service -> service.getMetadata().getName())
        .doesNotHaveDuplicates()
        .hasSize(3);
  }

  @Test
  void theNotesShowTheNextCommands() {
    assertThat(Chart.notes(KEYS + INGRESS))
        .contains("helm -n science test lab", "rollout status deployment/lab-resnet-service-all")
        .contains("URL=https://resnet.example.org")
        .contains("curl -s $URL/api/v1/training-jobs -H \"Authorization: Bearer $KEY\"")
        .doesNotContain("NOTE:", "port-forward");
    assertThat(Chart.notes(ANONYMOUS + "persistence: {enabled: false}"))
        .contains("port-forward service/lab-resnet-service 8080:8080")
        .contains("NOTE: security.allowAnonymous", "NOTE: persistence is off")
        .doesNotContain("Authorization");
  }

  @Test
  void theValidationIsStrict() {
    assertRefused(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        spec: {prots: []}
        """);
    assertRefused(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: a}
        spec: {template: {spec: {containers: [{name: a}]}}}
        """);
    assertRefused(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        spec: {ports: [{port: http}]}
        """);
  }

  private static void assertRefused(String manifest) {
    assertThatThrownBy(() -> Chart.read(manifest));
  }

  private static List<Map<String, String>> selectors(Chart chart) {
    Stream<Map<String, String>> services =
        chart.all(V1Service.class).stream().map(service -> service.getSpec().getSelector());
    Stream<Map<String, String>> budgets =
        chart.all(V1PodDisruptionBudget.class).stream()
            .map(budget -> budget.getSpec().getSelector().getMatchLabels());
    Stream<Map<String, String>> policies =
        chart.all(V1NetworkPolicy.class).stream()
            .map(policy -> policy.getSpec().getPodSelector().getMatchLabels());
    Stream<Map<String, String>> deployments =
        chart.all(V1Deployment.class).stream()
            .map(deployment -> deployment.getSpec().getSelector().getMatchLabels());
    return Stream.of(services, budgets, policies, deployments).flatMap(each -> each).toList();
  }

  private static java.util.function.Predicate<Map<String, String>> in(
      Map<String, String> selector) {
    return labels -> labels.entrySet().containsAll(selector.entrySet());
  }
}
