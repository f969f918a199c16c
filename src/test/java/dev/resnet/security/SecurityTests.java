package dev.resnet.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.RunningService;
import dev.resnet.api.Http2Wire;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service with keys in a file and a separate management port, as in containers. */
@ExtendWith(OutputCaptureExtension.class)
class SecurityTests {
  private static final String JOBS = "/api/v1/training-jobs";
  private static final String READER = TestKeys.of(Scope.READ);

  @TempDir private static Path home;
  private static Path file;
  private static RunningService service;

  @BeforeAll
  static void start() throws Exception {
    file = home.resolve("keys.yaml");
    write(TestKeys.entry("reader", READER, Scope.READ));
    service =
        RunningService.start(
            home,
            "resnet.security.keys-file=" + file,
            "management.server.port=0",
            "resnet.http.http2.max-memory=1MB", // room for one connection without a key
            "logging.level.dev.resnet.security=debug",
            "logging.level.org.springframework.security=trace",
            "logging.level.org.springframework.web=debug");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static void write(String entries) throws Exception {
    Files.writeString(file, "keys:\n" + entries);
  }

  @Test
  void refusalsAreProblemsThatNameTheMissingScope() throws Exception {
    HttpResponse<String> response = service.get(JOBS, null);
    assertThat(problem(response, 401)).contains("scope 'read'", "Authorization: Bearer");
    assertThat(challenge(response)).isEqualTo("Bearer realm=\"resnet-service\"");

    response = service.get(JOBS, TestKeys.WRONG);
    assertThat(problem(response, 401)).contains("invalid, revoked or expired");
    assertThat(challenge(response)).contains("error=\"invalid_token\"");

    response = service.call("POST", JOBS, READER, "{}");
    assertThat(problem(response, 403)).contains("needs the scope 'train'", "is 'read'");
    assertThat(challenge(response)).contains("error=\"insufficient_scope\"", "scope=\"train\"");
  }

  @Test
  void aCallerLearnsItsNameAndScope() throws Exception {
    assertThat(service.get("/api/v1/me", READER).body())
        .isEqualTo("{\"name\":\"reader\",\"scope\":\"read\",\"authenticated\":true}");
    problem(service.get("/api/v1/me", null), 401);
    problem(service.get("/api/v1/me", TestKeys.WRONG), 401);
  }

  @Test
  void refusalsNameTheRequest() throws Exception {
    HttpResponse<String> response = send(JOBS, "X-Request-Id", "mine");
    assertThat(problem(response, 401)).contains("scope 'read'");
    assertThat(response.body()).contains("\"request_id\":\"mine\"");
    assertThat(header(response, "X-Request-Id")).isEqualTo("mine");
    assertThat(header(service.manage("/actuator/info"), "X-Request-Id")).isNotEmpty();
  }

  @Test
  void metadataMayBeKeptByTheCallerAlone() throws Exception {
    HttpResponse<String> response = service.get("/api/v1/datasets", READER);
    assertThat(header(response, "Cache-Control")).isEqualTo("private, no-cache");
    String etag = header(response, "ETag");
    var unchanged =
        RunningService.send(
            service.request("/api/v1/datasets", READER).header("If-None-Match", etag));
    assertThat(unchanged.statusCode()).isEqualTo(304);
    assertThat(send("/api/v1/datasets", "If-None-Match", etag).statusCode()).isEqualTo(401);
    assertThat(service.get("/api/v1/models", READER).headers().firstValue("ETag")).isPresent();
  }

  @Test
  void aConnectionWithAKeyIsNotEndedForThoseWithout() throws Exception {
    service.get("/api/v1/me", READER); // on the connection of the other tests
    try (var known = new Http2Wire(service.port())) {
      askWhoIAm(known);
      try (var first = new Http2Wire(service.port())) {
        first.request("GET", "/api/v1/me", true);
        assertThat(first.read(Http2Wire.HEADERS)).isNotNull(); // 401
        // New ones are spared up to three times as many.
        List<Http2Wire> others = new ArrayList<>();
        try {
          for (int i = 0; i < 3; i++) {
            others.add(new Http2Wire(service.port()));
            assertThat(others.get(i).read(Http2Wire.SETTINGS)).isNotNull();
          }
          while (first.read() != null) {} // it is ended
          askWhoIAm(known);
        } finally {
          for (Http2Wire each : others) {
            each.close();
          }
        }
      }
    }
  }

  private static void askWhoIAm(Http2Wire client) throws Exception {
    client.request("GET", "/api/v1/me", true, "authorization", "Bearer " + READER);
    assertThat(new String(client.read(Http2Wire.DATA).payload(), UTF_8)).contains("\"reader\"");
  }

  @Test
  void onlyTheBearerHeaderIsAccepted() throws Exception {
    for (String value : List.of("Basic cmVhZGVyOnNlY3JldA==", READER, "Bearer", "Bearer a b")) {
      problem(send(JOBS, "Authorization", value), 401);
    }
    for (String scheme : List.of("bearer ", "Bearer  ", "BEARER     ")) {
      assertThat(send(JOBS, "Authorization", scheme + READER).statusCode()).isEqualTo(200);
    }
    assertThat(service.get(JOBS + "?access_token=" + READER, null).statusCode()).isEqualTo(401);
    assertThat(service.get("/v3/api-docs", TestKeys.WRONG).statusCode()).isEqualTo(200);
  }

  @Test
  void aChangedFileTakesEffectAtTheNextRequest() throws Exception {
    write(
        TestKeys.entry("reader", READER, Scope.READ)
            + TestKeys.entry("trainer", "another-key", Scope.TRAIN));
    assertThat(service.call("POST", JOBS, "another-key", "{}").statusCode()).isEqualTo(400);
    write(TestKeys.entry("reader", READER, Scope.READ));
    assertThat(service.call("POST", JOBS, "another-key", "{}").statusCode()).isEqualTo(401);
    assertThat(service.get(JOBS, READER).statusCode()).isEqualTo(200);
  }

  @Test
  void everyRefusalIsCounted() throws Exception {
    double missing = failures("missing");
    double malformed = failures("malformed");
    double invalid = failures("invalid");
    double scope = failures("scope");
    double crossSite = failures("cross_site");
    service.get(JOBS, null);
    send(JOBS, "Authorization", "Bearer a b");
    service.get(JOBS, TestKeys.WRONG);
    service.get("/v3/api-docs", TestKeys.WRONG);
    service.call("DELETE", JOBS + "/1", READER, "");
    crossSite("cross-site");
    assertThat(failures("missing")).isEqualTo(missing + 1);
    assertThat(failures("malformed")).isEqualTo(malformed + 1);
    assertThat(failures("invalid")).isEqualTo(invalid + 2);
    assertThat(failures("scope")).isEqualTo(scope + 1);
    assertThat(failures("cross_site")).isEqualTo(crossSite + 1);
    assertThat(failures("issuer")).isZero();
  }

  @Test
  void theManagementPortNeedsNoKeyAndTheServiceHasNoActuator() throws Exception {
    for (String path : List.of("", "/info", "/prometheus", "/metrics", "/health/liveness")) {
      assertThat(service.manage("/actuator" + path).statusCode()).as(path).isEqualTo(200);
    }
    assertThat(service.manage("/actuator/health").body()).contains("\"details\"");
    assertThat(service.manage(JOBS).statusCode()).isEqualTo(404);
    assertThat(service.get("/actuator/prometheus", null).statusCode()).isEqualTo(401);
    assertThat(service.get("/actuator/health", null).statusCode()).isEqualTo(404);
  }

  @Test
  void answersCarryTheHeadersThatProtectABrowser() throws Exception {
    for (HttpResponse<String> response :
        List.of(service.get(JOBS, READER), service.get(JOBS, null))) {
      assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(header(response, "X-Frame-Options")).isEqualTo("DENY");
      assertThat(header(response, "Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(header(response, "Content-Security-Policy"))
          .contains("default-src 'self'", "script-src 'self';", "frame-ancestors 'none'");
      assertThat(header(response, "Cache-Control")).contains("no-store");
      assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
    }
    HttpResponse<String> page = service.get("/swagger-ui/index.html", null);
    assertThat(header(page, "Content-Security-Policy"))
        .contains("style-src 'self' 'unsafe-inline'");
    assertThat(page.body()).doesNotContain("<script>"); // the policy would not run it
  }

  @Test
  void thereAreNoCorsHeaders() throws Exception {
    HttpResponse<String> response =
        RunningService.send(
            service.request(JOBS, READER).header("Origin", "https://elsewhere.example"));
    assertThat(response.headers().map().keySet())
        .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"));
    HttpResponse<String> preflight =
        RunningService.send(
            service
                .request(JOBS, null)
                .header("Origin", "https://elsewhere.example")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody()));
    assertThat(problem(preflight, 403)).contains("no CORS");
    HttpResponse<String> options =
        RunningService.send(
            service.request(JOBS, READER).method("OPTIONS", BodyPublishers.noBody()));
    assertThat(options.statusCode()).isEqualTo(200);
    assertThat(header(options, "Allow")).contains("POST", "GET");

    assertThat(problem(crossSite("cross-site"), 403)).contains("other sites");
    assertThat(problem(crossSite("same-site"), 403)).contains("other sites");
    assertThat(problem(crossSite("same-origin"), 403)).contains("needs the scope 'train'");
    assertThat(send("/v3/api-docs", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(200);
  }

  @Test
  void anAmbiguousUrlIsRefusedWithAReason() throws Exception {
    for (String path : List.of("/actuator/health;/../../api", "/api//v1", "/api/v1/%2e%2e/x")) {
      assertThat(problem(service.get(path, READER), 400)).contains("normalised");
    }
  }

  @Test
  void theLogNamesKeysButNeverShowsThem(CapturedOutput output) throws Exception {
    service.get(JOBS, READER);
    service.get(JOBS, TestKeys.WRONG);
    service.call("POST", JOBS, READER, "{}");
    assertThat(output).contains("Authenticated by the key 'reader' (read)");
    assertThat(output)
        .doesNotContain(READER)
        .doesNotContain(TestKeys.WRONG)
        .doesNotContain(TestKeys.sha256(READER));
  }

  private static HttpResponse<String> crossSite(String site) throws Exception {
    return RunningService.send(
        service
            .request(JOBS + "/1/cancel", READER)
            .header("Sec-Fetch-Site", site)
            .POST(BodyPublishers.noBody()));
  }

  private static HttpResponse<String> send(String path, String header, String value)
      throws Exception {
    return RunningService.send(service.request(path, null).header(header, value));
  }

  private static double failures(String reason) throws Exception {
    String series = "resnet_security_failures_total{reason=\"" + reason + "\"} ";
    return service
        .manage("/actuator/prometheus")
        .body()
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no series " + series));
  }

  private static String challenge(HttpResponse<String> response) {
    return header(response, "WWW-Authenticate");
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String problem(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
    JsonNode problem = JsonMapper.shared().readTree(response.body());
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    return problem.get("detail").stringValue();
  }
}
