package dev.resnet.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthProbeTests {
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void findsNoProblemIfTheServiceIsReady() {
    answer(200);
    assertThat(HealthProbe.problem(url())).isEmpty();
  }

  @Test
  void tellsTheStatusOfAServiceThatIsNotReady() {
    answer(503);
    assertThat(HealthProbe.problem(url())).contains(url() + " answers 503");
  }

  @Test
  void reportsWhereNothingListens() {
    server.stop(0);
    assertThat(HealthProbe.problem(url()))
        .hasValueSatisfying(
            problem -> assertThat(problem).startsWith(url()).contains("Connection refused"));
  }

  @Test
  void refusesAnInvalidAddress() {
    assertThat(HealthProbe.problem("not an address")).isPresent();
  }

  @Test
  void asksTheManagementPortOfTheService() {
    assertThat(HealthProbe.defaultUrl(Map.of()))
        .isEqualTo("http://127.0.0.1:8081/actuator/health/readiness");
    assertThat(HealthProbe.defaultUrl(Map.of("MANAGEMENT_SERVER_PORT", "9000")))
        .isEqualTo("http://127.0.0.1:9000/actuator/health/readiness");
  }

  private void answer(int status) {
    server.createContext(
        "/actuator/health/readiness",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/actuator/health/readiness";
  }
}
