package dev.resnet.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Service;
import org.junit.jupiter.api.Test;

/** The second port, for gRPC: closed unless a value opens it, and never on workers. */
class GrpcPortTests {

  @Test
  void itIsClosedByDefault() {
    Chart chart = Chart.render(Installations.SPLIT);
    assertThat(chart.environment("api")).doesNotContainKey("SPRING_GRPC_SERVER_ENABLED");
    assertThat(chart.named(V1Service.class, "lab-resnet-service").getSpec().getPorts()).hasSize(1);
  }

  @Test
  void aValueOpensItOnThePodsThatServe() {
    Chart chart = Chart.render(Installations.SPLIT + "grpc: {enabled: true, port: 9000}\n");
    assertThat(chart.environment("api"))
        .containsEntry("SPRING_GRPC_SERVER_ENABLED", "true")
        .containsEntry("SPRING_GRPC_SERVER_ADDRESS", "0.0.0.0")
        .containsEntry("SPRING_GRPC_SERVER_PORT", "9090");
    assertThat(chart.environment("worker")).doesNotContainKey("SPRING_GRPC_SERVER_ENABLED");
    assertThat(chart.container("api").getPorts())
        .extracting(V1ContainerPort::getName)
        .containsExactly("http", "grpc", "management");
    assertThat(chart.container("worker").getPorts())
        .extracting(V1ContainerPort::getName)
        .containsExactly("management");
    assertThat(chart.named(V1Service.class, "lab-resnet-service").getSpec().getPorts())
        .last()
        .satisfies(
            port -> {
              assertThat(port.getPort()).isEqualTo(9000);
              assertThat(port.getTargetPort().getStrValue()).isEqualTo("grpc");
            });
    assertThat(
            chart
                .named(V1NetworkPolicy.class, "lab-resnet-service-api")
                .getSpec()
                .getIngress()
                .get(0)
                .getPorts())
        .extracting(port -> port.getPort().toString())
        .containsExactly("http", "grpc");
  }
}
