package dev.resnet.chart;

import static dev.resnet.chart.Installations.ANONYMOUS;
import static dev.resnet.chart.Installations.GPU;
import static dev.resnet.chart.Installations.KEYS;
import static dev.resnet.chart.Installations.PLACED;
import static dev.resnet.chart.Installations.REPLICAS;
import static dev.resnet.chart.Installations.SPLIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1DeploymentStrategy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How pods run: privileges, probes and shutdown. */
class PodsTests {
  private static final Chart ALL = Chart.render(ANONYMOUS);
  private static final Chart APART = Chart.render(SPLIT);

  @Test
  void everyPodKeepsToPodSecurityRestricted() {
    Stream.of(
            ALL.pod("all"),
            APART.pod("api"),
            APART.pod("worker"),
            APART.only(V1Pod.class).getSpec())
        .forEach(PodsTests::assertRestricted);
  }

  private static void assertRestricted(V1PodSpec pod) {
    var security = pod.getSecurityContext();
    assertThat(security.getRunAsNonRoot()).isTrue();
    assertThat(security.getRunAsUser()).isEqualTo(10001);
    assertThat(security.getRunAsGroup()).isEqualTo(10001);
    assertThat(security.getFsGroup()).isEqualTo(10001);
    assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getContainers())
        .isNotEmpty()
        .allSatisfy(
            container -> {
              var own = container.getSecurityContext();
              assertThat(own.getAllowPrivilegeEscalation()).isFalse();
              assertThat(own.getReadOnlyRootFilesystem()).isTrue();
              assertThat(own.getPrivileged()).isNull();
              assertThat(own.getCapabilities().getDrop()).containsExactly("ALL");
              assertThat(own.getCapabilities().getAdd()).isEmpty();
            });
  }

  @Test
  void onlyTheVolumeAndTmpCanBeWrittenTo() {
    V1PodSpec pod = Chart.render(KEYS).pod("all");
    assertThat(pod.getContainers().get(0).getVolumeMounts())
        .filteredOn(mount -> !Boolean.TRUE.equals(mount.getReadOnly()))
        .extracting(V1VolumeMount::getMountPath)
        .containsExactlyInAnyOrder("/data", "/tmp");
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getName().equals("tmp"))
        .allSatisfy(volume -> assertThat(volume.getEmptyDir().getSizeLimit()).isNotNull());
  }

  @Test
  void probesAskTheManagementPort() {
    for (V1Container container :
        List.of(ALL.container("all"), APART.container("api"), APART.container("worker"))) {
      assertThat(container.getPorts())
          .filteredOn(port -> port.getName().equals("management"))
          .extracting(V1ContainerPort::getContainerPort)
          .containsExactly(8081);
      assertAsks(container.getStartupProbe(), "/actuator/health/liveness");
      assertAsks(container.getLivenessProbe(), "/actuator/health/liveness");
      assertAsks(container.getReadinessProbe(), "/actuator/health/readiness");
    }
  }

  private static void assertAsks(V1Probe probe, String path) {
    assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
    assertThat(probe.getHttpGet().getPort().getStrValue()).isEqualTo("management");
  }

  @Test
  void aSlowNodeHasMinutesToStartAndABusyOneIsNotRestarted() {
    V1Container container = ALL.container("all");
    assertThat(seconds(container.getStartupProbe())).isEqualTo(300);
    assertThat(seconds(container.getLivenessProbe())).isGreaterThanOrEqualTo(60);
    assertThat(container.getLivenessProbe().getTimeoutSeconds()).isGreaterThanOrEqualTo(5);

    V1Container slower =
        Chart.render(ANONYMOUS + "startupProbe: {periodSeconds: 10, failureThreshold: 90}")
            .container("all");
    assertThat(seconds(slower.getStartupProbe())).isEqualTo(900);
  }

  private static int seconds(V1Probe probe) {
    return probe.getPeriodSeconds() * probe.getFailureThreshold();
  }

  @Test
  void workersServeNothingButActuator() {
    assertThat(APART.container("worker").getPorts())
        .extracting(V1ContainerPort::getName)
        .containsExactly("management");
    assertThat(APART.container("api").getPorts())
        .extracting(V1ContainerPort::getName)
        .containsExactly("http", "management");
    assertThat(APART.environment("worker")).containsEntry("RESNET_ROLE", "worker");
    assertThat(APART.environment("api")).containsEntry("RESNET_ROLE", "api");
    assertThat(ALL.environment("all")).containsEntry("RESNET_ROLE", "all");
  }

  @Test
  void theGracePeriodCoversTheLongestShutdown() {
    // preStop 5, twice the wait for running jobs (db-scheduler), open requests 20, the JVM 15
    assertThat(ALL.pod("all").getTerminationGracePeriodSeconds()).isEqualTo(5 + 2 * 30 + 20 + 15);
    assertThat(ALL.environment("all")).containsEntry("RESNET_JOBS_SHUTDOWNWAIT", "30s");
    assertThat(ALL.container("all").getLifecycle().getPreStop().getSleep().getSeconds())
        .isEqualTo(5);

    Chart longer = Chart.render(SPLIT + "shutdown: {preStopSeconds: 0, trainingWaitSeconds: 120}");
    assertThat(longer.pod("worker").getTerminationGracePeriodSeconds())
        .isEqualTo(2 * 120 + 20 + 15);
    assertThat(longer.environment("worker")).containsEntry("RESNET_JOBS_SHUTDOWNWAIT", "120s");
    assertThat(longer.container("worker").getLifecycle()).isNull();
  }

  @Test
  void anUpgradeRefusesNoRequestAndInterruptsATrainingOnce() {
    V1DeploymentStrategy api = APART.deployment("api").getSpec().getStrategy();
    assertThat(api.getType()).isEqualTo("RollingUpdate");
    assertThat(api.getRollingUpdate().getMaxUnavailable().getIntValue()).isZero();
    assertThat(APART.deployment("worker").getSpec().getStrategy().getType()).isEqualTo("Recreate");
    // The embedded database and a volume for one node require that the old pod ends first.
    assertThat(ALL.deployment("all").getSpec().getStrategy().getType()).isEqualTo("Recreate");

    V1DeploymentStrategy replicas =
        Chart.render(REPLICAS).deployment("all").getSpec().getStrategy();
    assertThat(replicas.getType()).isEqualTo("RollingUpdate");
    assertThat(replicas.getRollingUpdate().getMaxSurge().getIntValue()).isZero();
    assertThat(replicas.getRollingUpdate().getMaxUnavailable().getIntValue()).isEqualTo(1);
  }

  @Test
  void aGpuGoesToThePodsThatTrain() {
    Chart chart = Chart.render(SPLIT + GPU);
    V1Container worker = chart.container("worker");
    assertThat(worker.getImage()).isEqualTo("resnet-service:0.1.0-cuda");
    assertThat(worker.getResources().getLimits())
        .containsEntry("nvidia.com/gpu", new Quantity("2"))
        .containsEntry("memory", new Quantity("4Gi"));
    assertThat(chart.pod("worker").getRuntimeClassName()).isEqualTo("nvidia");
    assertThat(chart.pod("worker").getTolerations())
        .singleElement()
        .satisfies(
            toleration -> {
              assertThat(toleration.getKey()).isEqualTo("nvidia.com/gpu");
              assertThat(toleration.getEffect()).isEqualTo("NoSchedule");
            });

    V1Container api = chart.container("api");
    assertThat(api.getImage()).isEqualTo("resnet-service:0.1.0");
    assertThat(api.getResources().getLimits()).containsOnlyKeys("memory");
    assertThat(chart.pod("api").getRuntimeClassName()).isNull();
    assertThat(chart.pod("api").getTolerations()).isEmpty();

    assertThat(Chart.render(ANONYMOUS + GPU).container("all").getImage()).endsWith("-cuda");
  }

  @Test
  void podSettingsAreApplied() {
    Chart chart = Chart.render(KEYS + PLACED);
    V1PodSpec pod = chart.pod("all");
    assertThat(chart.container("all").getImage())
        .isEqualTo("registry.example.org/lab/resnet-service:1.2");
    assertThat(pod.getImagePullSecrets())
        .singleElement()
        .satisfies(secret -> assertThat(secret.getName()).isEqualTo("registry"));
    assertThat(pod.getNodeSelector()).isEqualTo(Map.of("disk", "fast"));
    assertThat(pod.getTolerations()).hasSize(1);
    assertThat(pod.getAffinity().getNodeAffinity()).isNotNull();
    assertThat(pod.getTopologySpreadConstraints()).hasSize(1);
    assertThat(pod.getServiceAccountName()).isEqualTo("trainer");
    assertThat(chart.environment("all")).containsEntry("RESNET_JOBS_SLOTS", "2");
    var metadata = chart.deployment("all").getSpec().getTemplate().getMetadata();
    assertThat(metadata.getLabels()).containsEntry("team", "lab");
    assertThat(metadata.getAnnotations()).containsEntry("note", "hello");
  }

  @Test
  void helmTestAsksEveryRoleWhetherItIsReady() {
    V1Pod test = APART.only(V1Pod.class);
    assertThat(test.getMetadata().getAnnotations()).containsEntry(Chart.HOOK, "test");
    assertThat(test.getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(test.getSpec().getContainers())
        .extracting(V1Container::getCommand)
        .containsExactly(
            List.of(
                "/opt/resnet/bin/health",
                "http://lab-resnet-service-api-management:8081/actuator/health/readiness"),
            List.of(
                "/opt/resnet/bin/health",
                "http://lab-resnet-service-worker-management:8081/actuator/health/readiness"));
  }
}
