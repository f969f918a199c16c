package dev.resnet.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the service over HTTP and JSON; it uses none of the service's code. */
final class ServiceClient {
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private final String url;

  /**
   * @param url without a slash at its end
   */
  ServiceClient(String url) {
    this.url = url;
  }

  String url() {
    return url;
  }

  /** Whether the service reports that it is ready. */
  boolean isReady() throws InterruptedException {
    return send(request("/actuator/health/readiness").GET()).statusCode() == 200;
  }

  JsonNode get(String path) throws InterruptedException {
    return json(path, send(request(path).GET()));
  }

  /** Gets a resource; empty if it does not exist. */
  Optional<JsonNode> find(String path) throws InterruptedException {
    HttpResponse<byte[]> response = send(request(path).GET());
    return response.statusCode() == 404 ? Optional.empty() : Optional.of(json(path, response));
  }

  JsonNode post(String path, Map<String, ?> body) throws InterruptedException {
    return post(path, "application/json", BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
  }

  JsonNode postPicture(String path, byte[] png) throws InterruptedException {
    return post(path, "image/png", BodyPublishers.ofByteArray(png));
  }

  /** A test image of a data set and its class, which is in a response header. */
  LabelledPicture picture(String dataset, int index) throws InterruptedException {
    String path = "/api/v1/datasets/" + dataset + "/images/test/" + index;
    HttpResponse<byte[]> response = send(request(path).header("Accept", "image/png").GET());
    requireSuccess(path, response);
    return new LabelledPicture(
        response.body(), response.headers().firstValue("X-Label").orElse("unknown"));
  }

  record LabelledPicture(byte[] png, String label) {}

  private JsonNode post(String path, String contentType, BodyPublisher body)
      throws InterruptedException {
    return json(path, send(request(path).header("Content-Type", contentType).POST(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(60));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws InterruptedException {
    try {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new DemoFailedException("The service at " + url + " does not answer: " + e, e);
    }
  }

  private static JsonNode json(String path, HttpResponse<byte[]> response) {
    requireSuccess(path, response);
    return JSON.readTree(response.body());
  }

  private static void requireSuccess(String path, HttpResponse<byte[]> response) {
    if (response.statusCode() >= 300) {
      throw new DemoFailedException(
          "%s %s was answered with status %d: %s"
              .formatted(
                  response.request().method(), path, response.statusCode(), reason(response)));
    }
  }

  /** The problem's detail and field errors, or the whole body. */
  private static String reason(HttpResponse<byte[]> response) {
    try {
      JsonNode problem = JSON.readTree(response.body());
      String errors = problem.path("errors").isEmpty() ? "" : " " + problem.get("errors");
      return problem.path("detail").asString("") + errors;
    } catch (JacksonException e) {
      return new String(response.body(), StandardCharsets.UTF_8);
    }
  }
}
