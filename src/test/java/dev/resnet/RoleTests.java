package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.upload.PictureZip;
import dev.resnet.database.PostgreSql;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.RegistryCache;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One API process and one worker, on one PostgreSQL database and one data directory. */
@Tag("long")
@ExtendWith(OutputCaptureExtension.class)
class RoleTests {
  private static final String JOBS = "/api/v1/training-jobs";

  @TempDir private static Path home;
  private static String database;
  private static RunningService api;

  @BeforeAll
  static void start() throws Exception {
    database = PostgreSql.emptyDatabase();
    api = start("api");
  }

  @AfterAll
  static void stop() throws Exception {
    api.close();
  }

  private static RunningService start(String role) {
    return RunningService.start(
        home,
        "resnet.role=" + role,
        "resnet.jobs.poll-interval=100ms",
        "spring.datasource.url=" + database,
        "spring.datasource.username=" + PostgreSql.USER);
  }

  @Test
  void aJobSubmittedToTheApiIsTrainedByAWorkerAndSeenThroughTheApi() throws Exception {
    String waiting = submit(2);
    String unwanted = submit(10_000);
    // The worker checks the memory, because the job uses the worker's memory.
    String tooLarge =
        submit("{\"stack_n\": 200, \"dataset\": \"synthetic\", \"batch_size\": 4096}");
    // A process that trains would have started it at once, because each submission wakes its queue.
    assertThat(api.context().getBean("trainingTask"))
        .isInstanceOfSatisfying(
            org.springframework.context.SmartLifecycle.class,
            queue -> assertThat(queue.isRunning()).isFalse());
    assertThat(status(waiting)).isEqualTo("QUEUED");

    try (var worker = start("worker")) {
      awaitStatus(waiting, "SUCCEEDED");
      assertThat(api.json(JOBS + "/" + waiting + "/epochs", null).get("items").size()).isEqualTo(2);
      assertThat(api.get("/api/v1/models/two-processes", null).statusCode()).isEqualTo(200);
      // The API process serves the version that the worker promoted; only the API process loads it.
      await()
          .until(
              () -> api.context().getBean(Classifier.class).loaded(),
              loaded -> loaded.stream().anyMatch(v -> v.name().equals("two-processes")));
      assertThat(worker.context().getBean(Classifier.class).loaded()).isEmpty();
      assertThat(worker.context().getBean(RegistryCache.class).isRunning()).isFalse();

      // Cancel through the process that does not run the job, once its progress is visible there.
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> job(unwanted).at("/progress/iteration").asInt() > 0);
      assertThat(api.call("POST", JOBS + "/" + unwanted + "/cancel", null, "").statusCode())
          .isEqualTo(202);
      awaitStatus(unwanted, "CANCELLED");
      assertThat(job(unwanted).get("attempt").intValue()).isEqualTo(1);

      awaitStatus(tooLarge, "FAILED");
      assertThat(job(tooLarge).get("error").stringValue())
          .contains("MB of memory", "resnet.jobs.memory-limit");

      onlyActuatorIsServedBy(worker);
      assertThat(api.json("/actuator/info", null).get("role").stringValue()).isEqualTo("api");
    }
  }

  private static void onlyActuatorIsServedBy(RunningService worker) throws Exception {
    worker.awaitHealthy();
    assertThat(worker.json("/actuator/info", null).get("role").stringValue()).isEqualTo("worker");
    assertThat(worker.get("/actuator/prometheus", null).body()).contains("resnet_jobs{");
    for (String path :
        List.of(
            JOBS,
            "/api/v1/models",
            "/swagger-ui.html",
            "/swagger-ui/index.html",
            "/v3/api-docs",
            "/",
            "/actuatorial")) {
      HttpResponse<String> response = worker.get(path, null);
      assertThat(response.statusCode()).as(path).isEqualTo(404);
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValue("application/problem+json");
      assertThat(response.body()).contains("worker");
    }
    assertThat(worker.call("POST", JOBS, null, "{\"stack_n\": 1}").statusCode()).isEqualTo(404);
    assertThat(worker.get("/actuator/..;/api/v1/models", null).statusCode()).isEqualTo(400);
    assertThat(worker.get("/actuator/%2e%2e/api/v1/models", null).statusCode()).isEqualTo(400);
  }

  @Test
  void anArchiveSentToTheApiIsConvertedByAWorker() throws Exception {
    HttpRequest.Builder upload =
        api.request("/api/v1/datasets/shared", null)
            .PUT(BodyPublishers.ofByteArray(PictureZip.of(2, 1, "a", "b")));
    assertThat(RunningService.send(upload).statusCode()).isEqualTo(202);
    assertThat(api.json("/api/v1/datasets/shared", null).get("status").stringValue())
        .isEqualTo("CONVERTING");
    try (var worker = start("worker")) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  api.json("/api/v1/datasets/shared", null)
                      .get("status")
                      .stringValue()
                      .equals("READY"));
      assertThat(worker.context().getBean(DatasetCatalog.class).info("shared"))
          .hasValueSatisfying(info -> assertThat(info.train()).isEqualTo(2));
    }
  }

  @Test
  void anUnknownRoleStopsTheStart(CapturedOutput output) {
    assertThatThrownBy(() -> start("trainer")).isInstanceOf(Exception.class);
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("resnet.role", "\"trainer\"")
        .contains("API", "WORKER", "ALL");
  }

  @Test
  void separateRolesNeedASharedDatabase(CapturedOutput output, @TempDir Path embeddedHome)
      throws Exception {
    assertThatThrownBy(() -> RunningService.start(embeddedHome, "resnet.role=api"))
        .isInstanceOf(Exception.class);
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("no other process could train its jobs", "SPRING_DATASOURCE_URL");
    assertThatThrownBy(() -> RunningService.start(embeddedHome, "resnet.role=worker"))
        .isInstanceOf(Exception.class);
    assertThat(output).contains("no other process could give it jobs");

    String shared =
        "jdbc:h2:file:%s/db/resnet;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;AUTO_SERVER=TRUE"
            .formatted(embeddedHome);
    try (var api =
        RunningService.start(embeddedHome, "resnet.role=api", "spring.datasource.url=" + shared)) {
      assertThat(api.get(JOBS, null).statusCode()).isEqualTo(200);
    }
  }

  private static String submit(int epochs) throws Exception {
    return submit(
        """
        {"stack_n": 1, "dataset": "synthetic", "model": "two-processes", "epochs": %d,
         "recipe": "fast", "batch_size": 20, "train_limit": 40, "test_limit": 20}"""
            .formatted(epochs));
  }

  private static String submit(String body) throws Exception {
    HttpResponse<String> response = api.call("POST", JOBS, null, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    return JsonMapper.shared().readTree(response.body()).get("id").stringValue();
  }

  private static JsonNode job(String id) throws Exception {
    return api.json(JOBS + "/" + id, null);
  }

  private static String status(String id) throws Exception {
    return job(id).get("status").stringValue();
  }

  private static void awaitStatus(String id, String status) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> status(id),
            now -> {
              assertThat(now).isIn("QUEUED", "RUNNING", status);
              return now.equals(status);
            });
  }
}
