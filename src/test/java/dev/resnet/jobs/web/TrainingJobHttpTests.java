package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.files.Sha256;
import dev.resnet.jobs.ScriptedJobs;
import dev.resnet.jobs.ScriptedTraining;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(
    classes = ScriptedJobs.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:jobs-http;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
      "spring.main.allow-bean-definition-overriding=true",
      "management.endpoint.health.validate-group-membership=false",
      "resnet.jobs.queue-capacity=3",
      "resnet.jobs.limits.body=2KB"
    })
class TrainingJobHttpTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String JOBS = "/api/v1/training-jobs";
  private static final String SMALL =
      """
      {"stack_n": 3, "dataset": "synthetic", "epochs": 3, "batch_size": 10}""";

  @TempDir static Path home;

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry registry) {
    registry.add("resnet.home", home::toString);
  }

  @LocalServerPort private int port;
  @Autowired private ScriptedTraining training;

  /** Every test leaves nothing behind: the queue is shared. */
  @AfterEach
  void cancelAndDeleteAll() throws Exception {
    for (JsonNode job : json(get(JOBS + "?size=100"), 200).get("items")) {
      String path = JOBS + "/" + job.get("id").stringValue();
      post(path + "/cancel", "");
      await().until(() -> delete(path).statusCode() != 409);
    }
  }

  @Test
  void aSubmittedJobIsAcceptedWithEveryHyperparameterResolved() throws Exception {
    HttpResponse<String> response =
        post(JOBS, "{\"stack_n\": 3, \"dataset\": \"synthetic\", \"batch_size\": 50}");

    JsonNode job = json(response, 202);
    String id = job.get("id").stringValue();
    assertThat(response.headers().firstValue("Location")).hasValue(JOBS + "/" + id);
    assertThat(job.get("status").stringValue()).isIn("QUEUED", "RUNNING");
    assertThat(job.get("name").stringValue()).isEqualTo("resnet-20");
    assertThat(job.get("model").stringValue()).isEqualTo("resnet-20");
    assertThat(job.get("stack_n").intValue()).isEqualTo(3);
    assertThat(job.get("depth").intValue()).isEqualTo(20);
    assertThat(job.get("parameters").longValue()).isEqualTo(274442 - 8 * 65);
    assertThat(job.get("config").toString())
        .isEqualTo(
            """
            {"stack_n":3,"dataset":"synthetic","epochs":200,"batch_size":50,\
            "learning_rate":{"schedule":"piecewise","values":[0.1,0.01,0.001],"boundaries":[80,120]},\
            "momentum":0.9,"weight_decay":1.0E-4,\
            "augmentation":{"crop_padding":4,"horizontal_flip":true},\
            "engine":"auto","precision":"auto","seed":1,"train_limit":null,"test_limit":null}""");
    assertThat(job.get("progress").get("epochs").intValue()).isEqualTo(200);
    assertThat(job.get("progress").get("iterations").intValue()).isEqualTo(400);
    for (String absent : List.of("latest", "best", "error", "model_version", "finished_at")) {
      assertThat(job.get(absent).isNull()).as(absent).isTrue();
    }
  }

  @Test
  void whatAJobIsConfiguredWithCanBeSubmittedAgain() throws Exception {
    String config = submit(SMALL).get("config").toString();
    assertThat(submit(config).get("config").toString()).isEqualTo(config);
  }

  @Test
  void fieldsOverrideTheRecipeWhoseScheduleStretches() throws Exception {
    JsonNode config =
        submit(
                """
                {"stack_n": 1, "dataset": "synthetic", "recipe": "fast", "epochs": 8,
                 "batch_size": 10, "seed": -7, "train_limit": 50, "momentum": null}""")
            .get("config");
    assertThat(config.get("learning_rate").toString())
        .isEqualTo("{\"schedule\":\"one_cycle\",\"peak\":0.2,\"warmup_epochs\":2.0}");
    assertThat(config.get("weight_decay").doubleValue()).isEqualTo(5e-4);
    assertThat(config.get("momentum").doubleValue()).isEqualTo(0.9);
    assertThat(config.get("seed").intValue()).isEqualTo(-7);
    assertThat(config.get("train_limit").intValue()).isEqualTo(50);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"schedule":"constant","value":0.05}
          {"schedule":"cosine","peak":0.1,"warmup_epochs":1.5}
          {"schedule":"one_cycle","peak":0.3,"warmup_epochs":2.0}
          {"schedule":"piecewise","values":[0.1,0.02],"boundaries":[2]}
          """)
  void everyScheduleIsUnderstood(String schedule) throws Exception {
    JsonNode job =
        submit(
            "{\"stack_n\":1,\"dataset\":\"synthetic\",\"epochs\":3,\"batch_size\":10,\"learning_rate\":%s}"
                .formatted(schedule));
    assertThat(job.get("config").get("learning_rate").toString()).isEqualTo(schedule);
  }

  @Test
  void aTrainedJobTellsItsEpochsItsBestAndItsModel() throws Exception {
    training.allow(3);
    JsonNode job = awaitStatus(id(submit(SMALL)), "SUCCEEDED");

    assertThat(job.get("model_version").intValue()).isEqualTo(7);
    assertThat(job.get("engine").stringValue()).isEqualTo("dl4j");
    assertThat(job.get("precision").stringValue()).isEqualTo("float32");
    assertThat(job.get("engine_reason").stringValue()).isEqualTo("as requested");
    assertThat(job.get("waiting_for").isNull()).isTrue();
    assertThat(job.get("attempt").intValue()).isEqualTo(1);
    assertThat(job.get("progress").get("fraction").doubleValue()).isEqualTo(1);
    assertThat(job.get("progress").get("eta_seconds").isNull()).isTrue();
    assertThat(job.get("best").toString()).isEqualTo("{\"epoch\":2,\"test_accuracy\":0.99}");
    assertThat(job.get("latest").toString())
        .isEqualTo(
            """
            {"epoch":3,"learning_rate":0.1,\
            "train":{"cross_entropy":0.6666666666666666,"l2_loss":0.25,"accuracy":0.75},\
            "test":{"loss":1.0,"accuracy":0.003},\
            "seconds":1.5,"images_per_second":1000.0,"finished_at":"2026-01-02T03:04:08.678901Z"}""");
    assertThat(job.get("created_at").stringValue()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");

    JsonNode epochs = json(get(path(job) + "/epochs"), 200).get("items");
    assertThat(epochs.valueStream().map(e -> e.get("epoch").intValue())).containsExactly(1, 2, 3);
    JsonNode after = json(get(path(job) + "/epochs?after=2"), 200).get("items");
    assertThat(after.valueStream().map(e -> e.get("epoch").intValue())).containsExactly(3);
  }

  @Test
  void theEpochsComeAsATableToo() throws Exception {
    training.allow(3);
    JsonNode job = awaitStatus(id(submit(SMALL)), "SUCCEEDED");

    HttpResponse<String> response =
        send(request(path(job) + "/epochs?after=1").header("Accept", "text/csv"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
    assertThat(response.body())
        .isEqualTo(
            "epoch,learning_rate,train_cross_entropy,train_l2_loss,train_accuracy,test_loss,"
                + "test_accuracy,seconds,images_per_second,finished_at\r\n"
                + "2,0.1,1.0,0.25,0.6666666666666667,1.5,0.99,1.5,1000.0,2026-01-02T03:04:07.678901Z\r\n"
                + "3,0.1,0.6666666666666666,0.25,0.75,1.0,0.003,1.5,1000.0,2026-01-02T03:04:08.678901Z\r\n");
    json(send(request(path(job) + "/epochs").header("Accept", "image/png")), 406);
    json(get(path(job) + "/epochs?after=two"), 400);
  }

  @Test
  void checkpointsAreListedAndDownloadedByteForByte() throws Exception {
    training.allow(3);
    JsonNode job = awaitStatus(id(submit(SMALL)), "SUCCEEDED");

    JsonNode items = json(get(path(job) + "/checkpoints"), 200).get("items");
    assertThat(items.valueStream().map(c -> c.get("epoch").intValue())).containsExactly(2, 3);
    JsonNode best = items.get(0);
    assertThat(best.get("best").booleanValue()).isTrue();
    assertThat(items.get(1).get("best").booleanValue()).isFalse();

    HttpResponse<byte[]> file =
        CLIENT.send(request(path(job) + "/checkpoints/2").build(), BodyHandlers.ofByteArray());
    assertThat(file.statusCode()).isEqualTo(200);
    assertThat(file.headers().firstValue("Content-Type")).hasValue("application/zip");
    assertThat(file.headers().firstValue("Content-Disposition").orElseThrow()).contains(".zip");
    String sha256 = best.get("sha256").stringValue();
    assertThat(Sha256.of(file.body())).isEqualTo(sha256);
    assertThat(file.body()).hasSize(best.get("size").intValue());
    String tag = file.headers().firstValue("ETag").orElseThrow();
    assertThat(tag).isEqualTo("\"" + sha256 + "\"");

    var again = request(path(job) + "/checkpoints/2").header("If-None-Match", tag);
    assertThat(send(again).statusCode()).isEqualTo(304);
    assertThat(detail(get(path(job) + "/checkpoints/1"), 404))
        .endsWith("has no checkpoint of epoch 1; those kept are of the epochs [2, 3].");
  }

  @Test
  void jobsAreListedByPage() throws Exception {
    String first = id(submit("{\"stack_n\":2,\"dataset\":\"synthetic\",\"batch_size\":10}"));
    awaitStatus(first, "RUNNING");
    String second = id(submit(SMALL));
    String third = id(submit(SMALL));

    JsonNode page = json(get(JOBS + "?size=2"), 200);
    assertThat(ids(page)).containsExactly(third, second);
    assertThat(page.get("total_items").intValue()).isEqualTo(3);
    assertThat(page.get("total_pages").intValue()).isEqualTo(2);
    assertThat(ids(json(get(JOBS + "?size=2&page=1"), 200))).containsExactly(first);
    assertThat(ids(json(get(JOBS + "?sort=stack_n,asc&size=1"), 200))).containsExactly(first);
    assertThat(ids(json(get(JOBS + "?status=QUEUED&sort=created_at"), 200)))
        .containsExactly(second, third);
    assertThat(ids(json(get(JOBS + "?dataset=cifar10"), 200))).isEmpty();
    assertThat(detail(get(JOBS + "?status=ASLEEP"), 400)).contains("must be one of");
    assertThat(detail(get(JOBS + "?sort=colour"), 400)).contains("sort must be a field");
  }

  @Test
  void aJobIsCancelledOnceAndDeletedOnlyAfterwards() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    assertThat(detail(delete(path(job)), 409)).endsWith("cancel it first, or wait for its end.");

    JsonNode cancelled = json(post(path(job) + "/cancel", ""), 202);
    assertThat(cancelled.get("cancel_requested").booleanValue()).isTrue();
    awaitStatus(id(job), "CANCELLED");
    assertThat(detail(post(path(job) + "/cancel", ""), 409))
        .endsWith("is CANCELLED and can't be cancelled.");

    assertThat(delete(path(job)).statusCode()).isEqualTo(204);
    assertThat(detail(get(path(job)), 404)).startsWith("There is no training job");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, ''",
    "GET, /epochs",
    "GET, /checkpoints",
    "GET, /checkpoints/1",
    "POST, /cancel",
    "DELETE, ''"
  })
  void anUnknownJobIsNotFound(String method, String call) throws Exception {
    var request =
        request(JOBS + "/00000000-0000-0000-0000-000000000000" + call)
            .method(method, BodyPublishers.noBody());
    assertThat(detail(send(request), 404))
        .isEqualTo(
            "There is no training job 00000000-0000-0000-0000-000000000000."
                + " GET /api/v1/training-jobs lists them.");
  }

  @Test
  void aFullQueueSaysWhenToComeBack() throws Exception {
    awaitStatus(id(submit(SMALL)), "RUNNING");
    for (int i = 0; i < 3; i++) {
      submit(SMALL);
    }
    HttpResponse<String> response = post(JOBS, SMALL);
    assertThat(detail(response, 429)).startsWith("The queue is full: 3 jobs are waiting.");
    assertThat(Integer.parseInt(response.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 3600);
  }

  @Test
  void aNetworkTooLargeForTheMemoryIsRefusedWithItsSize() throws Exception {
    assertThat(
            detail(
                post(JOBS, "{\"stack_n\":101,\"dataset\":\"synthetic\",\"batch_size\":10}"), 422))
        .isEqualTo("It would take 70 GB; there are 8 GB. Use a smaller stack_n.");
  }

  @Test
  void everyBadFieldIsToldAtOnce() throws Exception {
    JsonNode problem =
        json(
            post(
                JOBS,
                """
                {"stack_n": 201, "name": "", "model": "Has Capitals", "dataset": "mnist",
                 "epochs": 0, "batch_size": "128", "momentum": 1, "weight_decay": -0.1,
                 "learning_rate": {"schedule": "piecewise", "values": [0.1, 0], "boundaries": [3, 3]},
                 "augmentation": {"crop_padding": 17, "horizontal_flip": 1, "mixup": true},
                 "engine": "tpu", "precision": "int8", "seed": 1.5, "train_limit": 0,
                 "test_limit": -1, "recipe": "slow", "epohcs": 7}"""),
            400);
    List<String> fields = new ArrayList<>();
    problem.get("errors").forEach(error -> fields.add(error.get("field").stringValue()));
    assertThat(fields)
        .containsExactlyInAnyOrder(
            "stack_n",
            "name",
            "model",
            "dataset",
            "epochs",
            "batch_size",
            "momentum",
            "weight_decay",
            "learning_rate.values[1]",
            "learning_rate.values",
            "learning_rate.boundaries",
            "augmentation.crop_padding",
            "augmentation.horizontal_flip",
            "augmentation.mixup",
            "engine",
            "precision",
            "seed",
            "train_limit",
            "test_limit",
            "recipe",
            "epohcs");
    assertThat(json(get(JOBS), 200).get("total_items").intValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"dataset": "synthetic", "batch_size": 9} | stack_n is required
          {"stack_n": 1, "dataset": "synthetic", "train_limit": 0} | train_limit must be a whole number
          {"stack_n": 1, "dataset": "mnist"}              | dataset is not a known data set; there are synthetic
          {"stack_n": 1, "dataset": "synthetic"}          | batch_size must be at most 100, the number of training images, was 128: there would be no full batch
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 30, "train_limit": 29} | batch_size must be at most 29, the number of training images, was 30: there would be no full batch
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "engine": "onednn"} | engine can't run here: the engine onednn is not part of this build; ask for auto
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "precision": "bfloat16"} | precision can't be had here: this processor has no bfloat16; ask for float32 or auto
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {}} | learning_rate.schedule is required
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "linear", "peak": 1}} | learning_rate.schedule must be one of "piecewise", "cosine", "one_cycle", "constant", was "linear"
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "cosine"}} | learning_rate.peak is required
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "constant", "peak": 1, "value": 1}} | learning_rate.peak is not a known field
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "epochs": 5, "learning_rate": {"schedule": "cosine", "peak": 1, "warmup_epochs": 5}} | learning_rate.warmup_epochs must be a number at least 0 and less than 5, was 5
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "piecewise", "values": [0.1]}, "epochs": 10001} | epochs must be a whole number from 1 to 10000, was 10001
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 4097} | batch_size must be a whole number from 1 to 4096, was 4097
          """)
  void aBadFieldIsExplained(String body, String message) throws Exception {
    assertThat(detail(post(JOBS, body), 400)).contains(message);
  }

  @Test
  void valuesAtTheirLimitsAreTaken() throws Exception {
    submit(
        """
        {"stack_n": 100, "name": "%s", "model": "m%s", "dataset": "synthetic", "epochs": 10000,
         "batch_size": 100, "momentum": 0, "weight_decay": 1,
         "augmentation": {"crop_padding": 16},
         "learning_rate": {"schedule": "constant", "value": 10},
         "train_limit": 100, "test_limit": 1}"""
            .formatted("n".repeat(100), "m".repeat(62)));
  }

  @Test
  void aBodyOverTheLimitOrOfAnotherKindIsRefused() throws Exception {
    assertThat(detail(post(JOBS, "{\"name\": \"%s\"}".formatted("x".repeat(2048))), 413))
        .contains("resnet.jobs.limits.body");
    json(
        send(
            request(JOBS).header("Content-Type", "text/plain").POST(BodyPublishers.ofString("{}"))),
        415);
    assertThat(detail(post(JOBS, ""), 400)).startsWith("The body is");
    json(post(JOBS, "{\"stack_n\": 1"), 400);
    json(send(request(JOBS).method("PATCH", BodyPublishers.noBody())), 405);
  }

  @Test
  void theOpenApiDocumentShowsRunnableExamples() throws Exception {
    JsonNode api = json(get("/v3/api-docs"), 200);
    JsonNode body =
        api.get("paths")
            .get(JOBS)
            .get("post")
            .get("requestBody")
            .get("content")
            .get("application/json");
    assertThat(body.get("schema").get("$ref").stringValue()).endsWith("/TrainingJobRequest");
    assertThat(body.get("examples").propertyNames()).containsExactly("trial", "paper");
    JsonNode request = api.get("components").get("schemas").get("TrainingJobRequest");
    assertThat(request.get("properties").propertyNames())
        .contains("stack_n", "learning_rate", "train_limit");
    assertThat(request.get("required").toString()).isEqualTo("[\"stack_n\"]");
    JsonNode epochs = api.get("paths").get(JOBS + "/{id}/epochs").get("get").get("responses");
    assertThat(epochs.get("200").get("content").propertyNames())
        .contains("application/json", "text/csv");

    JsonNode trial = body.get("examples").get("trial").get("value");
    submit(trial.toString().replace("\"epochs\":2", "\"epochs\":2,\"batch_size\":50"));
  }

  private JsonNode submit(String body) throws Exception {
    return json(post(JOBS, body), 202);
  }

  private JsonNode awaitStatus(String id, String status) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> json(get(JOBS + "/" + id), 200),
            job -> job.get("status").stringValue().equals(status));
  }

  private static String id(JsonNode job) {
    return job.get("id").stringValue();
  }

  private static String path(JsonNode job) {
    return JOBS + "/" + id(job);
  }

  private static List<String> ids(JsonNode page) {
    return page.get("items").valueStream().map(TrainingJobHttpTests::id).toList();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private HttpResponse<String> delete(String path) throws Exception {
    return send(request(path).DELETE());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  private static String detail(HttpResponse<String> response, int status) {
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    return json(response, status).get("detail").stringValue();
  }
}
