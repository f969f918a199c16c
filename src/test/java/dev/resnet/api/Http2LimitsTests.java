package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** What a client without a key may take over HTTP/2, on a bare Tomcat. */
@Timeout(30)
class Http2LimitsTests {
  private static final int MAX_STREAMS = 5;
  private static final int CONNECTIONS = 3;

  private final AtomicLong now = new AtomicLong();
  private final Strangers strangers = new Strangers(CONNECTIONS, now::get);
  private final Tomcat tomcat = new Tomcat();
  private int port;

  /** Reads the body, so a request without its end keeps its stream. */
  private final class Service extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (request.getHeader("authorization") != null) {
        strangers.authenticated(request.getServletConnection().getConnectionId());
      }
      response.getWriter().print(request.getInputStream().readAllBytes().length);
    }
  }

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    tomcat.setBaseDir(folder.toString());
    tomcat.setPort(0);
    tomcat
        .getConnector()
        .addUpgradeProtocol(new Http2Connections(MAX_STREAMS, Duration.ofSeconds(20), strangers));
    var context = tomcat.addContext("", null);
    Tomcat.addServlet(context, "service", new Service());
    context.addServletMappingDecoded("/", "service");
    tomcat.start();
    port = tomcat.getConnector().getLocalPort();
  }

  @AfterEach
  void stop() throws Exception {
    tomcat.stop();
    tomcat.destroy();
  }

  /** CVE-2023-44487: each request costs the service more than its client. */
  @Test
  void requestsThatAreAllCancelledAtOnceEndTheConnection() throws Exception {
    try (var client = new Http2Wire(port)) {
      int sent = 0;
      try {
        for (; sent < 1000; sent++) {
          client.reset(client.request("GET", "/", true));
        }
      } catch (SocketException e) {
        assertThat(sent).isGreaterThan(10); // it was ended meanwhile
      }
      while (client.read() != null) {} // to its end
    }
  }

  @Test
  void aStreamOverTheLimitIsRefused() throws Exception {
    try (var client = new Http2Wire(port)) {
      int stream = 0;
      for (int i = 0; i <= MAX_STREAMS; i++) {
        stream = client.request("POST", "/", false);
      }
      var refused = client.read(Http2Wire.RST_STREAM);
      assertThat(refused.stream()).isEqualTo(stream);
      assertThat(refused.error()).isEqualTo(Http2Wire.REFUSED_STREAM);
    }
  }

  @Test
  void theOldestConnectionWithoutAKeyIsEnded() throws Exception {
    try (var oldest = new Http2Wire(port)) {
      oldest.read(Http2Wire.SETTINGS);
      now.addAndGet(Duration.ofSeconds(2).toNanos());
      var others = new ArrayList<Http2Wire>();
      try {
        for (int i = 0; i < CONNECTIONS; i++) {
          others.add(new Http2Wire(port));
          others.get(i).read(Http2Wire.SETTINGS);
        }
        oldest.read(Http2Wire.GOAWAY); // or the end
        assertThat(oldest.read()).isNull();
        var newest = others.get(CONNECTIONS - 1);
        newest.request("GET", "/", true);
        assertThat(newest.read(Http2Wire.HEADERS)).isNotNull();
        assertThat(strangers.count()).isEqualTo(CONNECTIONS);
      } finally {
        for (Http2Wire each : others) {
          each.close();
        }
      }
    }
  }

  /** So many clients with a key may connect at once. */
  @Test
  void newConnectionsAreSparedUpToThreeTimesAsMany() throws Exception {
    var clients = new ArrayList<Http2Wire>();
    try {
      for (int i = 0; i < 3 * CONNECTIONS; i++) {
        clients.add(new Http2Wire(port));
        clients.get(i).read(Http2Wire.SETTINGS);
      }
      assertThat(strangers.count()).isEqualTo(3 * CONNECTIONS);
      clients.get(0).request("GET", "/", true, "authorization", "Bearer key");
      assertThat(clients.get(0).read(Http2Wire.HEADERS)).isNotNull();
      for (int i = 0; i < 2; i++) {
        clients.add(new Http2Wire(port));
        clients.get(clients.size() - 1).read(Http2Wire.SETTINGS);
      }
      while (clients.get(1).read() != null) {} // it is ended
      assertThat(strangers.count()).isEqualTo(3 * CONNECTIONS);
    } finally {
      for (Http2Wire each : clients) {
        each.close();
      }
    }
  }

  @Test
  void aConnectionWithAnAuthenticatedRequestStays() throws Exception {
    try (var known = new Http2Wire(port)) {
      known.request("GET", "/", true, "authorization", "Bearer key");
      assertThat(known.read(Http2Wire.HEADERS)).isNotNull();
      List<Http2Wire> others = new ArrayList<>();
      try {
        for (int i = 0; i <= CONNECTIONS; i++) {
          others.add(new Http2Wire(port));
          others.get(i).read(Http2Wire.SETTINGS);
        }
        known.request("GET", "/", true);
        assertThat(known.read(Http2Wire.HEADERS)).isNotNull();
      } finally {
        for (Http2Wire each : others) {
          each.close();
        }
      }
    }
  }

  private static Http2Settings settings(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("resnet.http.http2", Http2Settings.class);
  }

  @Test
  void theMemoryLimitsTheNumberOfConnections() {
    String memory = "resnet.http.http2.max-memory";
    assertThat(settings(Map.of()).maxStreams()).isEqualTo(100);
    // 10 streams of 136 kB.
    var ten = Map.of("resnet.http.http2.max-streams", "10", memory, "2720KB");
    assertThat(settings(ten).connections()).isEqualTo(2);
    assertThat(settings(Map.of(memory, "1MB")).connections()).isEqualTo(1);
    assertThat(settings(Map.of(memory, "1MB")).isMemoryInRange()).isTrue();
    assertThat(settings(Map.of(memory, "1023KB")).isMemoryInRange()).isFalse();
  }
}
