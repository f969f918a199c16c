package dev.resnet.serving.web;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.core.env.Environment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The serving modules only, on a real Tomcat, with a database in memory and a temporary data
 * directory.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@ComponentScan({
  "dev.resnet.serving",
  "dev.resnet.oip",
  "dev.resnet.models",
  "dev.resnet.pictures",
  "dev.resnet.api"
})
class ServingApplication {
  static final String DATABASE =
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1";

  /**
   * The expected probabilities are computed in float32; the choice of {@code auto} depends on the
   * CPU.
   */
  static final String FLOAT32 = "resnet.serving.precision=float32";

  /** The readiness group names indicators of other modules. */
  static final String ALONE = "management.endpoint.health.validate-group-membership=false";

  /** An HTTP client. */
  record Client(int port) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static Client of(Environment environment) {
      return new Client(environment.getRequiredProperty("local.server.port", Integer.class));
    }

    Answer post(String path, @Nullable String type, byte[] body) throws Exception {
      var request = request(path).POST(BodyPublishers.ofByteArray(body));
      return send(type == null ? request : request.header("Content-Type", type));
    }

    Answer postGzip(String path, String type, byte[] body) throws Exception {
      var out = new java.io.ByteArrayOutputStream();
      try (var gzip = new java.util.zip.GZIPOutputStream(out)) {
        gzip.write(body);
      }
      return send(
          request(path)
              .header("Content-Type", type)
              .header("Content-Encoding", "gzip")
              .POST(BodyPublishers.ofByteArray(out.toByteArray())));
    }

    /** Without a Content-Length, in chunks. */
    Answer postInChunks(String path, String type, byte[] body) throws Exception {
      var stream = BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body));
      return send(request(path).header("Content-Type", type).POST(stream));
    }

    Answer get(String path) throws Exception {
      return send(request(path).GET());
    }

    Answer put(String path, String type, byte[] body) throws Exception {
      return send(request(path).header("Content-Type", type).PUT(BodyPublishers.ofByteArray(body)));
    }

    Answer delete(String path) throws Exception {
      return send(request(path).DELETE());
    }

    private HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static Answer send(HttpRequest.Builder request)
        throws IOException, InterruptedException {
      HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body(),
          response.headers().firstValue("Retry-After").orElse(""));
    }
  }

  /** An HTTP response. */
  record Answer(int status, String type, String body, String retryAfter) {
    JsonNode json() {
      return JsonMapper.shared().readTree(body);
    }

    String text(String pointer) {
      return json().at(pointer).asString();
    }

    String detail() {
      return text("/detail");
    }

    /** {@code field: message} of each error, one per line. */
    String errors() {
      var lines = new StringBuilder();
      json()
          .at("/errors")
          .forEach(
              error ->
                  lines
                      .append(error.get("field").asString())
                      .append(": ")
                      .append(error.get("message").asString())
                      .append('\n'));
      return lines.toString();
    }
  }
}
