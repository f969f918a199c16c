package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.RunningService;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a page of another site may do through its visitor's browser if no key is needed. */
@ExtendWith(OutputCaptureExtension.class)
class OtherSitesTests {
  private static final String JOBS = "/api/v1/training-jobs";

  @TempDir private static Path home;
  private static RunningService service;

  @BeforeAll
  static void start() {
    service =
        RunningService.start(
            home,
            "management.server.port=0",
            "resnet.security.allowed-hosts=resnet.example.org,*.lab.example");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:8080",
        "127.0.0.1:8080",
        "[::1]:8080",
        "resnet.example.org",
        "a.lab.example:443"
      })
  void theServicesOwnNamesAreAllowed(String host) throws Exception {
    assertThat(status(get(JOBS, host))).isEqualTo(200);
    assertThat(status(post("application/json", "{}", "Host: " + host))).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:8080", "localhost.evil.example"})
  void aReboundNameCanNeitherReadNorWrite(String host) throws Exception {
    for (String path : List.of(JOBS, "/swagger-ui/index.html", "/v3/api-docs", "/nowhere")) {
      String answer = get(path, host);
      assertThat(status(answer)).as(path).isEqualTo(421);
      assertThat(answer)
          .contains("application/problem+json", "resnet.security.allowed-hosts")
          .contains("'" + host.replace(":8080", "") + "'");
    }
    String origin = "Origin: http://" + host;
    assertThat(status(post("application/json", "{}", "Host: " + host, origin))).isEqualTo(421);
    assertThat(status(post("text/plain", "{}", "Host: " + host, origin))).isEqualTo(421);
  }

  @Test
  void theManagementPortChecksTheHostNameToo() throws Exception {
    String path = "GET /actuator/prometheus HTTP/1.1";
    int port = service.managementPort();
    assertThat(status(RawRequest.send(port, "", path, "Host: evil.example"))).isEqualTo(421);
    assertThat(status(RawRequest.send(port, "", path, "Host: 10.1.2.3:8081"))).isEqualTo(200);
    assertThat(status(RawRequest.send(port, "", path, "Host: localhost:8081"))).isEqualTo(200);
  }

  @Test
  void anHttp10HealthCheckNeedsNoHostName() throws Exception {
    assertThat(status(RawRequest.send(service.port(), "", "GET " + JOBS + " HTTP/1.0")))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "https://localhost:8080",
        "http://localhost:8081",
        "http://127.0.0.1:8080",
        "http://localhost",
        "null",
        "nonsense",
        "http://[",
        "%"
      })
  void anotherOriginChangesNothing(String origin) throws Exception {
    for (String type :
        List.of(
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=B")) {
      String answer = post(type, "{}", "Host: localhost:8080", "Origin: " + origin);
      assertThat(status(answer)).as(type).isEqualTo(403);
      assertThat(answer).contains("Pages of other sites");
    }
    assertThat(status(get(JOBS, "localhost:8080", "Origin: " + origin))).isEqualTo(200);
  }

  @Test
  void theOwnOriginAndProgramsWithoutAnOriginAreAllowed() throws Exception {
    String host = "Host: localhost:8080";
    assertThat(status(post("application/json", "{}", host, "Origin: http://localhost:8080")))
        .isEqualTo(400);
    assertThat(status(post("application/json", "{}", "Host: [::1]", "Origin: http://[::1]")))
        .isEqualTo(400);
    assertThat(status(post("application/json", "{}", host))).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({"cross-site,403", "same-site,403", "same-origin,400", "none,400"})
  void secFetchSiteTakesPrecedence(String site, int status) throws Exception {
    String answer =
        post(
            "application/json",
            "{}",
            "Host: localhost:8080",
            "Origin: https://localhost:8080",
            "Sec-Fetch-Site: " + site);
    assertThat(status(answer)).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "somewhere",
        "same-origin, none",
        "same-origin;none",
        "same-origin\r\nSec-Fetch-Site: same-origin",
        "none\r\nSec-Fetch-Site: cross-site"
      })
  void aSecFetchSiteThatNoBrowserSendsIsNotTrusted(String site) throws Exception {
    String host = "Host: localhost:8080";
    String evil = "Origin: http://evil.example";
    assertThat(status(post("application/json", "{}", host, evil, "Sec-Fetch-Site: " + site)))
        .isEqualTo(403);
    String own = "Origin: http://localhost:8080";
    assertThat(status(post("application/json", "{}", host, own, "Sec-Fetch-Site: " + site)))
        .isEqualTo(site.contains("cross-site") ? 403 : 400);
  }

  @Test
  void aPreflightIsAnsweredWithoutCorsHeaders() throws Exception {
    String answer =
        RawRequest.send(
            service.port(),
            "",
            "OPTIONS " + JOBS + " HTTP/1.1",
            "Host: localhost",
            "Origin: https://elsewhere.example",
            "Access-Control-Request-Method: POST");
    assertThat(status(answer)).isEqualTo(403);
    assertThat(answer)
        .contains("application/problem+json", "no CORS")
        .doesNotContainIgnoringCase("access-control-allow");
  }

  @Test
  void withKeysAnyHostNameIsAllowed() throws Exception {
    String path = "GET " + JOBS + " HTTP/1.1";
    String key = "Authorization: Bearer " + TestKeys.of(Scope.READ);
    List<String> settings = new ArrayList<>(List.of(TestKeys.settings()));
    settings.add("resnet.security.allowed-hosts=resnet.example.org");
    try (var keyed = RunningService.start(home, settings.toArray(String[]::new))) {
      assertThat(status(RawRequest.send(keyed.port(), "", path, "Host: any.example", key)))
          .isEqualTo(200);
      assertThat(status(RawRequest.send(keyed.port(), "", path, "Host: any.example")))
          .isEqualTo(401);
    }
  }

  @Test
  void anInvalidHostNameStopsTheStart(CapturedOutput output) {
    assertThatThrownBy(
            () -> RunningService.start(home, "resnet.security.allowed-hosts=http://a.org"))
        .isInstanceOf(RuntimeException.class);
    assertThat(output)
        .contains("resnet.security.allowed-hosts")
        .contains("'http://a.org' is not a host name");
  }

  private static int status(String answer) {
    return RawRequest.status(answer);
  }

  private static String get(String path, String host, String... headers) throws IOException {
    List<String> lines = new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: " + host));
    lines.addAll(List.of(headers));
    return RawRequest.send(service.port(), "", lines.toArray(String[]::new));
  }

  private static String post(String type, String body, String... headers) throws IOException {
    List<String> lines =
        new ArrayList<>(List.of("POST " + JOBS + " HTTP/1.1", "Content-Type: " + type));
    lines.addAll(List.of(headers));
    return RawRequest.send(service.port(), body, lines.toArray(String[]::new));
  }
}
