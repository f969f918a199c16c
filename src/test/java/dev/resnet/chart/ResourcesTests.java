package dev.resnet.chart;

import static dev.resnet.chart.Installations.ANONYMOUS;
import static dev.resnet.chart.Installations.AUTOSCALING;
import static dev.resnet.chart.Installations.INGRESS;
import static dev.resnet.chart.Installations.KEYS;
import static dev.resnet.chart.Installations.PLACED;
import static dev.resnet.chart.Installations.REPLICAS;
import static dev.resnet.chart.Installations.SHA256;
import static dev.resnet.chart.Installations.SPLIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPort;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Objects around the pods: secrets, volumes, network policies, scaling. */
class ResourcesTests {

  @Test
  void keysAreMountedAsAFolderSoThatPodsSeeChanges() {
    Chart chart = Chart.render(KEYS);
    V1Secret secret = chart.only(V1Secret.class);
    assertThat(secret.getMetadata().getName()).isEqualTo("lab-resnet-service-keys");
    Map<String, List<Map<String, String>>> file =
        Chart.yaml().load(secret.getStringData().get("keys.yaml"));
    assertThat(file.get("keys"))
        .containsExactly(
            Map.of("name", "ci", "sha256", SHA256, "scope", "train"),
            Map.of("name", "web", "sha256", SHA256, "scope", "classify"));
    assertKeysMounted(chart, "all", "lab-resnet-service-keys");
  }

  @Test
  void existingSecretsAreUsed() {
    Chart chart = Chart.render(SPLIT);
    assertThat(chart.all(V1Secret.class)).isEmpty();
    for (String role : List.of("api", "worker")) {
      assertKeysMounted(chart, role, "our-keys");
      assertThat(chart.container(role).getEnv())
          .filteredOn(variable -> variable.getName().equals("SPRING_DATASOURCE_PASSWORD"))
          .singleElement()
          .satisfies(
              variable -> {
                assertThat(variable.getValue()).isNull();
                var source = variable.getValueFrom().getSecretKeyRef();
                assertThat(source.getName()).isEqualTo("our-database");
                assertThat(source.getKey()).isEqualTo("password");
              });
      assertThat(chart.environment(role))
          .containsEntry("SPRING_DATASOURCE_URL", "jdbc:postgresql://postgres:6432/resnet");
    }
  }

  private static void assertKeysMounted(Chart chart, String role, String secret) {
    assertThat(chart.environment(role))
        .containsEntry("RESNET_SECURITY_KEYS_FILE", "/etc/resnet/keys/keys.yaml")
        .doesNotContainKey("RESNET_SECURITY_ALLOW_ANONYMOUS");
    assertThat(chart.container(role).getVolumeMounts())
        .filteredOn(mount -> mount.getName().equals("keys"))
        .singleElement()
        .satisfies(
            mount -> {
              assertThat(mount.getMountPath()).isEqualTo("/etc/resnet/keys");
              assertThat(mount.getSubPath()).isNull();
              assertThat(mount.getReadOnly()).isTrue();
            });
    V1Volume volume = volume(chart, role, "keys");
    assertThat(volume.getSecret().getSecretName()).isEqualTo(secret);
    assertThat(volume.getSecret().getDefaultMode()).isEqualTo(0440);
  }

  @Test
  void thePasswordIsOnlyInItsSecret() {
    Chart chart = Chart.render(REPLICAS);
    V1Secret secret = chart.only(V1Secret.class);
    assertThat(secret.getType()).isEqualTo("kubernetes.io/basic-auth");
    assertThat(secret.getStringData()).isEqualTo(Map.of("username", "resnet", "password", "0123"));
    assertThat(chart.environment("all"))
        .containsEntry("SPRING_DATASOURCE_PASSWORD", null)
        .containsEntry(
            "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI",
            "https://login.example.org/realms/lab");
  }

  @Test
  void anonymousUseIsConfiguredAndNeedsNoSecret() {
    Chart chart = Chart.render(ANONYMOUS);
    assertThat(chart.all(V1Secret.class)).isEmpty();
    assertThat(chart.environment("all"))
        .containsEntry("RESNET_SECURITY_ALLOW_ANONYMOUS", "true")
        .containsEntry("SERVER_ADDRESS", "0.0.0.0")
        .doesNotContainKeys("RESNET_SECURITY_KEYS_FILE", "SPRING_DATASOURCE_URL");
  }

  @Test
  void withoutKeysTheNamesOfTheReleaseAndOfTheOperatorAreAllowed() {
    Chart chart =
        Chart.render(
            "security: {allowAnonymous: true, allowedHosts: [gpu.lab, '*.lab']}\n" + INGRESS);
    assertThat(chart.environment("all").get("RESNET_SECURITY_ALLOWEDHOSTS").split(","))
        .containsExactly(
            "lab-resnet-service",
            "lab-resnet-service.science",
            "lab-resnet-service.science.svc",
            "lab-resnet-service.science.svc.cluster.local",
            "lab-resnet-service-all-management",
            "lab-resnet-service-all-management.science",
            "lab-resnet-service-all-management.science.svc",
            "lab-resnet-service-all-management.science.svc.cluster.local",
            "resnet.example.org",
            "gpu.lab",
            "*.lab");
    assertThat(Chart.render(KEYS).environment("all"))
        .doesNotContainKey("RESNET_SECURITY_ALLOWEDHOSTS");
  }

  @Test
  void theVolumeIsKeptAfterUninstalling() {
    V1PersistentVolumeClaim claim = Chart.render(ANONYMOUS).only(V1PersistentVolumeClaim.class);
    assertThat(claim.getMetadata().getAnnotations())
        .containsEntry("helm.sh/resource-policy", "keep");
    assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteOnce");
    assertThat(claim.getSpec().getStorageClassName()).isNull();

    V1PersistentVolumeClaim gone =
        Chart.render(ANONYMOUS + "persistence: {keep: false, size: 1Ti}")
            .only(V1PersistentVolumeClaim.class);
    assertThat(gone.getMetadata().getAnnotations()).isEmpty();
    assertThat(gone.getSpec().getResources().getRequests().get("storage").toSuffixedString())
        .isEqualTo("1Ti");
  }

  @Test
  void rolesShareOneVolume() {
    Chart chart = Chart.render(SPLIT);
    V1PersistentVolumeClaim claim = chart.only(V1PersistentVolumeClaim.class);
    assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteMany");
    assertThat(claim.getSpec().getStorageClassName()).isEqualTo("nfs");
    for (String role : List.of("api", "worker")) {
      assertThat(volume(chart, role, "data").getPersistentVolumeClaim().getClaimName())
          .isEqualTo(claim.getMetadata().getName());
    }
  }

  @Test
  void anExistingClaimOrNoneCanBeUsed() {
    Chart own = Chart.render(REPLICAS);
    assertThat(own.all(V1PersistentVolumeClaim.class)).isEmpty();
    assertThat(volume(own, "all", "data").getPersistentVolumeClaim().getClaimName())
        .isEqualTo("shared");

    Chart none = Chart.render(ANONYMOUS + "persistence: {enabled: false}");
    assertThat(none.all(V1PersistentVolumeClaim.class)).isEmpty();
    assertThat(volume(none, "all", "data").getEmptyDir()).isNotNull();
  }

  private static V1Volume volume(Chart chart, String role, String name) {
    return chart.pod(role).getVolumes().stream()
        .filter(volume -> volume.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void thePublicServiceDoesNotExposeTheManagementPort() {
    Chart chart = Chart.render(KEYS + PLACED);
    V1Service service = chart.named(V1Service.class, "lab-resnet-service");
    assertThat(service.getSpec().getType()).isEqualTo("LoadBalancer");
    assertThat(service.getSpec().getPorts())
        .singleElement()
        .satisfies(
            port -> {
              assertThat(port.getPort()).isEqualTo(80);
              assertThat(port.getTargetPort().getStrValue()).isEqualTo("http");
            });
    V1Service management = chart.named(V1Service.class, "lab-resnet-service-all-management");
    assertThat(management.getSpec().getType()).isNull();
    assertThat(management.getSpec().getClusterIP()).isEqualTo("None");
  }

  @Test
  void theIngressLeadsToTheApi() {
    Chart chart = Chart.render(KEYS + INGRESS);
    V1Ingress ingress = chart.only(V1Ingress.class);
    assertThat(ingress.getSpec().getIngressClassName()).isEqualTo("nginx");
    assertThat(ingress.getSpec().getTls()).hasSize(1);
    assertThat(ingress.getSpec().getRules())
        .singleElement()
        .satisfies(
            rule -> {
              assertThat(rule.getHost()).isEqualTo("resnet.example.org");
              var backend = rule.getHttp().getPaths().get(0).getBackend().getService();
              assertThat(backend.getName()).isEqualTo("lab-resnet-service");
              assertThat(backend.getPort().getName()).isEqualTo("http");
            });
    assertThat(Chart.render(KEYS).all(V1Ingress.class)).isEmpty();
  }

  @Test
  void apiPodsAreScaledByTheirCpuUse() {
    Chart chart = Chart.render(SPLIT + AUTOSCALING);
    var scaler = chart.only(V2HorizontalPodAutoscaler.class).getSpec();
    assertThat(scaler.getScaleTargetRef().getName()).isEqualTo("lab-resnet-service-api");
    assertThat(scaler.getMinReplicas()).isEqualTo(3);
    assertThat(scaler.getMaxReplicas()).isEqualTo(9);
    assertThat(scaler.getMetrics().get(0).getResource().getTarget().getAverageUtilization())
        .isEqualTo(70);
    // A number here would reset the autoscaler's decision at each upgrade.
    assertThat(chart.deployment("api").getSpec().getReplicas()).isNull();
    assertThat(chart.deployment("worker").getSpec().getReplicas()).isEqualTo(1);
    assertThat(Chart.render(SPLIT).deployment("api").getSpec().getReplicas()).isEqualTo(2);
  }

  @Test
  void aDrainTakesOnePodOfARoleAtATime() {
    assertThat(Chart.render(SPLIT).all(V1PodDisruptionBudget.class))
        .hasSize(2)
        .allSatisfy(
            budget -> {
              assertThat(budget.getSpec().getMaxUnavailable().getIntValue()).isEqualTo(1);
              assertThat(budget.getSpec().getMinAvailable()).isNull();
              assertThat(budget.getSpec().getUnhealthyPodEvictionPolicy()).isEqualTo("AlwaysAllow");
            });
  }

  @Test
  void noTokenOfTheClusterIsMounted() {
    assertThat(
            Chart.render(ANONYMOUS).only(V1ServiceAccount.class).getAutomountServiceAccountToken())
        .isFalse();
    Chart none = Chart.render(ANONYMOUS + "serviceAccount: {create: false}");
    assertThat(none.all(V1ServiceAccount.class)).isEmpty();
    assertThat(none.pod("all").getServiceAccountName()).isEqualTo("default");
    assertThat(none.pod("all").getAutomountServiceAccountToken()).isFalse();
  }

  @Test
  void workersAreReachableOnlyForMetrics() {
    Chart chart = Chart.render(SPLIT);
    assertThat(ingressPorts(chart, "worker")).containsExactly("management");
    assertThat(ingressPorts(chart, "api")).containsExactly("http", "management");
    var api = policy(chart, "api").getSpec().getIngress();
    assertThat(api.get(0).getFrom()).as("any client that is routed to it").isEmpty();
    assertThat(api.get(1).getFrom()).as("this namespace").hasSize(1);
  }

  @Test
  void podsReachTheDatabaseTheNamesAndTheDownload() {
    assertThat(egressPorts(Chart.render(SPLIT), "worker"))
        .containsExactly("53", "53", "80", "443", "6432");
    assertThat(egressPorts(Chart.render(REPLICAS), "all"))
        .containsExactly("53", "53", "80", "443", "5432");
    assertThat(egressPorts(Chart.render(KEYS + PLACED), "all"))
        .containsExactly("53", "53", "80", "443", "3128");
  }

  @Test
  void narrowedPoliciesStillLetHelmTestIn() {
    var ingress = policy(Chart.render(KEYS + PLACED), "all").getSpec().getIngress();
    assertThat(ingress.get(0).getFrom()).hasSize(1);
    assertThat(ingress.get(1).getFrom())
        .hasSize(2)
        .last()
        .satisfies(
            peer ->
                assertThat(peer.getPodSelector().getMatchLabels())
                    .containsEntry("app.kubernetes.io/component", "test"));
  }

  private static V1NetworkPolicy policy(Chart chart, String role) {
    return chart.named(V1NetworkPolicy.class, "lab-resnet-service-" + role);
  }

  private static List<String> ingressPorts(Chart chart, String role) {
    return policy(chart, role).getSpec().getIngress().stream()
        .flatMap(rule -> rule.getPorts().stream())
        .map(ResourcesTests::port)
        .toList();
  }

  private static List<String> egressPorts(Chart chart, String role) {
    return policy(chart, role).getSpec().getEgress().stream()
        .flatMap(rule -> rule.getPorts().stream())
        .map(ResourcesTests::port)
        .toList();
  }

  private static String port(V1NetworkPolicyPort port) {
    return port.getPort().toString();
  }
}
