package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.RunningService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** Without keys, clients must be on this machine, unless allow-anonymous is set. */
@Tag("long")
@ExtendWith(OutputCaptureExtension.class)
class ListeningAddressTests {
  private static final String EVERYWHERE = "server.address=0.0.0.0";

  @TempDir private Path home;

  @Test
  void withoutKeysItListensOnLoopbackOnlyAndNeedsNoKey(CapturedOutput output) throws Exception {
    try (var service = RunningService.start(home, "management.server.port=0")) {
      assertThat(address(service).isLoopbackAddress()).isTrue();
      assertThat(managementAddress(service)).matches(InetAddress::isLoopbackAddress);
      assertThat(output).contains("listens on loopback only");
      assertThat(service.get("/api/v1/training-jobs", null).statusCode()).isEqualTo(200);
      assertThat(service.get("/api/v1/training-jobs", TestKeys.WRONG).statusCode()).isEqualTo(200);
      assertThat(service.call("POST", "/api/v1/training-jobs", null, "{}").statusCode())
          .isEqualTo(400);
      assertThat(service.get("/nowhere", null).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void localhostIsBothLoopbackAddressesWithTheSameSettings(CapturedOutput output) throws Exception {
    try (var service = RunningService.start(home, "management.server.port=0")) {
      await().until(() -> output.getOut().contains("Ready at"));
      assertThat(output).contains("Ready at http://localhost:" + service.port());
      for (String address : List.of("127.0.0.1", "::1")) {
        for (int port : List.of(service.port(), service.managementPort())) {
          assertThat(
                  RawRequest.send(
                      address, port, "", "GET /nowhere HTTP/1.1", "Host: localhost:" + port))
              .startsWith("HTTP/1.1 404");
        }
      }
      Connector[] connectors = connectors(service);
      assertThat(connectors).hasSize(2);
      for (String setting :
          List.of("connectionTimeout", "compression", "compressibleMimeType", "maxSwallowSize")) {
        assertThat(connectors[1].getProperty(setting))
            .as(setting)
            .isNotNull()
            .isEqualTo(connectors[0].getProperty(setting));
      }
      assertThat(connectors[1].getMaxPartCount()).isEqualTo(connectors[0].getMaxPartCount());
    }
  }

  @Test
  void ifTheOtherLoopbackAddressIsInUseTheLogSaysWhichOneWorks(CapturedOutput output)
      throws Exception {
    try (var taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress("::1", 0));
      int port = taken.getLocalPort();
      try (var service = RunningService.start(home, "server.port=" + port).awaitHealthy()) {
        assertThat(service.port()).isEqualTo(port);
        await().until(() -> output.getOut().contains("Ready at"));
        assertThat(output).contains("Ready at http://127.0.0.1:" + port);
        assertThat(connectors(service)).hasSize(1);
      }
    }
  }

  @Test
  void aConfiguredAddressIsTheOnlyOne(CapturedOutput output) throws Exception {
    try (var service = RunningService.start(home, "server.address=127.0.0.1").awaitHealthy()) {
      await().until(() -> output.getOut().contains("Ready at"));
      assertThat(output).contains("Ready at http://127.0.0.1:" + service.port());
      assertThat(connectors(service)).hasSize(1);
    }
  }

  @Test
  void withoutKeysAPublicAddressIsRefused(CapturedOutput output) {
    assertThatThrownBy(() -> RunningService.start(home, EVERYWHERE))
        .hasRootCauseInstanceOf(UnsafeAddressException.class);
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("server.address is 0.0.0.0, which other machines can reach")
        .contains("RESNET_SECURITY_KEYS_FILE")
        .contains("RESNET_SECURITY_ALLOW_ANONYMOUS");
  }

  @Test
  void aPublicAddressWithoutKeysCanBeAllowed(CapturedOutput output) throws Exception {
    try (var service =
        RunningService.start(
            home, EVERYWHERE, "resnet.security.allow-anonymous=true", "management.server.port=0")) {
      assertThat(address(service).isAnyLocalAddress()).isTrue();
      assertThat(managementAddress(service)).isNull();
      assertThat(output).contains("every client that can reach this service may do everything");
      assertThat(service.get("/api/v1/models", null).statusCode()).isEqualTo(200);
      assertThat(service.manage("/actuator/info").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theManagementPortListensOnItsConfiguredAddress() throws Exception {
    try (var service =
        RunningService.start(
            home, "management.server.port=0", "management.server.address=0.0.0.0")) {
      assertThat(address(service).isLoopbackAddress()).isTrue();
      assertThat(managementAddress(service)).matches(InetAddress::isAnyLocalAddress);
      assertThat(service.manage("/actuator/prometheus").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void withKeysItListensEverywhereAndRefusesAnonymousClients(CapturedOutput output)
      throws Exception {
    Path file = home.resolve("keys.yaml");
    Files.writeString(file, "keys: []\n");
    try (var service =
        RunningService.start(
            home, "resnet.security.keys-file=" + file, "resnet.security.allow-anonymous=true")) {
      assertThat(address(service).isAnyLocalAddress()).isTrue();
      assertThat(output).contains("allow-anonymous is ignored");
      assertThat(service.get("/api/v1/models", null).statusCode()).isEqualTo(401);
      assertThat(service.get("/actuator/health/liveness", null).body()).doesNotContain("details");
    }
  }

  @Test
  void unreadableKeysStopTheStartAndAreNotShown(CapturedOutput output) {
    assertThatThrownBy(
            () ->
                RunningService.start(
                    home,
                    "resnet.security.keys[0].name=ci",
                    "resnet.security.keys[0].sha256=the-key-itself",
                    "resnet.security.keys[0].scope=read"))
        .hasRootCauseInstanceOf(UnusableKeysException.class);
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("'sha256' of the key 'ci' must be the 64 hexadecimal digits")
        .doesNotContain("the-key-itself");
  }

  private static InetAddress address(RunningService service) {
    var server =
        (TomcatWebServer) ((ServletWebServerApplicationContext) service.context()).getWebServer();
    var address = (InetAddress) server.getTomcat().getConnector().getProperty("address");
    return address == null ? new java.net.InetSocketAddress(0).getAddress() : address;
  }

  private static Connector[] connectors(RunningService service) {
    return ((TomcatWebServer)
            ((ServletWebServerApplicationContext) service.context()).getWebServer())
        .getTomcat()
        .getService()
        .findConnectors();
  }

  private static InetAddress managementAddress(RunningService service) {
    return service.context().getBean(ManagementServerProperties.class).getAddress();
  }
}
