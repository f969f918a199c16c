package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.jobs.ScriptedJobs;
import dev.resnet.jobs.ScriptedJobs.ScriptedEngines;
import dev.resnet.jobs.ScriptedTraining;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service with a scripted training on a real port, shared by the tests of its calls. */
@SpringBootTest(
    classes = ScriptedJobs.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:jobs-http;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
      "resnet.home=target/jobs-over-http",
      "spring.main.allow-bean-definition-overriding=true",
      "management.endpoint.health.validate-group-membership=false",
      "resnet.jobs.queue-capacity=3",
      "resnet.jobs.limits.body=2KB"
    })
public abstract class JobsOverHttp {
  protected static final JsonMapper JSON = new JsonMapper();
  protected static final HttpClient CLIENT = HttpClient.newHttpClient();
  protected static final String JOBS = "/api/v1/training-jobs";
  protected static final String SMALL =
      """
      {"stack_n": 3, "dataset": "synthetic", "epochs": 3, "batch_size": 10}""";

  @LocalServerPort private int port;
  @Autowired protected ScriptedTraining training;
  @Autowired protected ScriptedEngines engines;

  /** Every test leaves nothing behind: the queue is shared. */
  @AfterEach
  protected void cancelAndDeleteAll() throws Exception {
    for (JsonNode job : json(get(JOBS + "?size=100"), 200).get("items")) {
      String path = JOBS + "/" + job.get("id").stringValue();
      post(path + "/cancel", "");
      await().until(() -> delete(path).statusCode() != 409);
    }
  }

  protected JsonNode submit(String body) throws Exception {
    return json(post(JOBS, body), 202);
  }

  protected JsonNode awaitStatus(String id, String status) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> json(get(JOBS + "/" + id), 200),
            job -> job.get("status").stringValue().equals(status));
  }

  protected static String id(JsonNode job) {
    return job.get("id").stringValue();
  }

  protected static String path(JsonNode job) {
    return JOBS + "/" + id(job);
  }

  protected static List<String> ids(JsonNode page) {
    return page.get("items").valueStream().map(JobsOverHttp::id).toList();
  }

  protected HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  protected HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  protected HttpResponse<String> delete(String path) throws Exception {
    return send(request(path).DELETE());
  }

  protected HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  protected static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  protected static JsonNode json(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  protected static String detail(HttpResponse<String> response, int status) {
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    return json(response, status).get("detail").stringValue();
  }
}
