package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.RunningService;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a proxy says of the client counts where the operator says that there is one. */
class ForwardedHeadersTests {
  private static final String JOBS = "/api/v1/training-jobs";
  private static final String JOB =
      "{\"stack_n\": 1, \"dataset\": \"synthetic\", \"epochs\": 1, \"train_limit\": 10,"
          + " \"batch_size\": 10}";

  @TempDir private Path home;

  @Test
  void withoutTheSettingNobodyCanForgeAnAddress() throws Exception {
    try (var service = RunningService.start(home)) {
      HttpResponse<String> job = submit(service, "http://127.0.0.1:" + service.port());
      assertThat(job.statusCode()).as(job.body()).isEqualTo(202);
      assertThat(location(job)).startsWith(JOBS + "/");
      for (String path : new String[] {"/v3/api-docs/swagger-config", "/v3/api-docs"}) {
        assertThat(forwarded(service, path).body())
            .contains("http://127.0.0.1:" + service.port())
            .doesNotContain("resnet.example.org", "/ai/");
      }
      assertThat(forwarded(service, "/swagger-ui.html").headers().firstValue("Location"))
          .hasValue("/swagger-ui/index.html");
    }
  }

  @Test
  void behindAProxyAllAddressesAreThoseOfTheClient() throws Exception {
    try (var service =
        RunningService.start(
            home,
            "server.forward-headers-strategy=framework",
            "resnet.security.allowed-hosts=resnet.example.org")) {
      HttpResponse<String> job = submit(service, "https://resnet.example.org");
      assertThat(job.statusCode()).as(job.body()).isEqualTo(202);
      assertThat(location(job)).startsWith("/ai" + JOBS + "/");
      assertThat(submit(service, "https://evil.example").statusCode()).isEqualTo(403);

      assertThat(forwarded(service, "/v3/api-docs").body())
          .contains("\"url\":\"https://resnet.example.org/ai\"");
      assertThat(forwarded(service, "/v3/api-docs/swagger-config").body())
          .contains("https://resnet.example.org/ai/swagger-ui/oauth2-redirect.html")
          .contains("\"/ai/v3/api-docs\"");
      assertThat(forwarded(service, "/swagger-ui.html").headers().firstValue("Location").get())
          .endsWith("/ai/swagger-ui/index.html");
      assertThat(service.get(JOBS, null).statusCode()).isEqualTo(200);

      for (var prefix : Map.of("/a b", "/a%20b", "/a%20b", "/a%20b").entrySet()) {
        HttpResponse<String> odd =
            RunningService.send(
                service
                    .request(JOBS, null)
                    .header("X-Forwarded-Prefix", prefix.getKey())
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(JOB)));
        assertThat(odd.statusCode()).as(odd.body()).isEqualTo(202);
        assertThat(location(odd)).startsWith(prefix.getValue() + JOBS + "/");
      }
      for (String[] header :
          new String[][] {
            {"X-Forwarded-Port", "abc"},
            {"X-Forwarded-Prefix", "/a%zz"},
          }) {
        HttpResponse<String> bad =
            RunningService.send(service.request(JOBS, null).header(header[0], header[1]));
        assertThat(bad.statusCode()).as(header[0]).isEqualTo(400);
        assertThat(bad.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(bad.body()).contains("forwarded headers of the proxy", header[0]);
      }
    }
  }

  private static HttpResponse<String> submit(RunningService service, String origin)
      throws Exception {
    return RunningService.send(
        proxied(service, JOBS)
            .header("Origin", origin)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(JOB)));
  }

  private static HttpResponse<String> forwarded(RunningService service, String path)
      throws Exception {
    return RunningService.send(proxied(service, path));
  }

  private static HttpRequest.Builder proxied(RunningService service, String path) {
    return service
        .request(path, null)
        .header("X-Forwarded-Host", "resnet.example.org")
        .header("X-Forwarded-Proto", "https")
        .header("X-Forwarded-Port", "443")
        .header("X-Forwarded-Prefix", "/ai");
  }

  private static String location(HttpResponse<String> response) {
    return response.headers().firstValue("Location").orElse("");
  }
}
