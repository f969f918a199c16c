package dev.resnet.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.openapi.models.V1Service;
import org.junit.jupiter.api.Test;

/**
 * An upgrade with {@code --reuse-values}: Helm renders the chart with the values of the installed
 * release, among them its chart's defaults. Values that this chart has added are absent.
 */
class OlderValuesTests {
  private static final String WITHOUT_THE_NEW_ONES =
      """
      security: {allowAnonymous: true, allowedHosts: null}
      grpc: null
      """;

  @Test
  void withoutTheNewValuesTheChartRendersAsWithTheirDefaults() {
    assertThat(Chart.render(WITHOUT_THE_NEW_ONES).objects())
        .isEqualTo(Chart.render(Installations.ANONYMOUS).objects());
  }

  @Test
  void oneNewValueBesideThemIsEnough() {
    var service =
        Chart.render(
                WITHOUT_THE_NEW_ONES.replace("grpc: null", "grpc: {enabled: true, port: null}"))
            .named(V1Service.class, "lab-resnet-service");
    assertThat(service.getSpec().getPorts()).last().extracting("port").isEqualTo(9090);
  }

  @Test
  void aMisspeltNewValueIsStillRefused() {
    assertThatThrownBy(() -> Chart.render(Installations.ANONYMOUS + "grpc: {enable: true}\n"))
        .hasMessageContaining("enable");
  }
}
