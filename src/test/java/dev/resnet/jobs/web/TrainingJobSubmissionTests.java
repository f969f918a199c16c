package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TrainingJobSubmissionTests extends JobsOverHttp {

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
            "augmentation":{"crop_padding":4,"horizontal_flip":true,"cutout":0},\
            "engine":"auto","precision":"auto","seed":1,"train_limit":null,"test_limit":null,\
            "validation_fraction":0.0,"keep":"last","early_stopping":null,\
            "label_smoothing":0.0,"class_weights":"none","start_from":null}""");
    assertThat(job.get("promote").stringValue()).isEqualTo("if_better");
    assertThat(job.get("progress").get("epochs").intValue()).isEqualTo(200);
    assertThat(job.get("progress").get("iterations").intValue()).isEqualTo(400);
    for (String absent :
        List.of("latest", "best", "error", "model_version", "finished_at", "promotion")) {
      assertThat(job.get(absent).isNull()).as(absent).isTrue();
    }
  }

  @Test
  void whatAJobIsConfiguredWithCanBeSubmittedAgain() throws Exception {
    String config = submit(SMALL).get("config").toString();
    assertThat(submit(config).get("config").toString()).isEqualTo(config);
  }

  @Test
  void aJobKeepsTheWeightsThatItStartsFrom() throws Exception {
    JsonNode job =
        submit(
            """
            {"stack_n": 3, "dataset": "synthetic", "batch_size": 10, "label_smoothing": 0.1,
             "class_weights": "balanced", "augmentation": {"cutout": 32},
             "start_from": {"model": "known", "freeze": "backbone"}}""");
    String config = job.get("config").toString();
    assertThat(config)
        .endsWith(
            """
            "label_smoothing":0.1,"class_weights":"balanced",\
            "start_from":{"model":"known","version":2,"freeze":"backbone",\
            "sha256":"4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"}}""");
    assertThat(Path.of("target/jobs-over-http/jobs", id(job), "start.zip"))
        .hasSameBinaryContentAs(Path.of("target/known-network.zip"));
    assertThat(submit(config).get("config").toString()).isEqualTo(config);
  }

  @Test
  void theSmallRecipeFollowsFromTheNumberOfImages() throws Exception {
    String small = "{\"stack_n\": 3, \"dataset\": \"synthetic\", \"recipe\": \"small\"%s}";
    JsonNode config = submit(small.formatted("")).get("config");
    assertThat(config.get("batch_size").intValue()).isEqualTo(16);
    assertThat(config.get("epochs").intValue()).isGreaterThan(20);
    JsonNode less = submit(small.formatted(", \"train_limit\": 7")).get("config");
    assertThat(less.get("batch_size").intValue()).isEqualTo(7);
    JsonNode started =
        submit(small.formatted(", \"start_from\": {\"model\": \"known\"}")).get("config");
    assertThat(started.at("/learning_rate/peak").doubleValue())
        .isLessThan(config.at("/learning_rate/peak").doubleValue());
  }

  @Test
  void whatWasDecidedAboutThePromotionIsToldOnceTheJobHasEnded() throws Exception {
    JsonNode job = submit(SMALL.replace("}", ", \"promote\": \"never\"}"));
    assertThat(job.get("promote").stringValue()).isEqualTo("never");

    training.allow(3);
    JsonNode ended = awaitStatus(id(job), "SUCCEEDED");
    assertThat(ended.get("promote").stringValue()).isEqualTo("never");
    assertThat(ended.get("promotion").toString())
        .isEqualTo("{\"promoted\":false,\"reason\":\"promote is never\"}");
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
    assertThat(config.get("weight_decay").doubleValue()).isEqualTo(2.5e-4);
    assertThat(config.get("momentum").doubleValue()).isEqualTo(0.9);
    assertThat(config.get("seed").intValue()).isEqualTo(-7);
    assertThat(config.get("train_limit").intValue()).isEqualTo(50);
  }

  @Test
  void aSmallDataSetMakesSmallBatches() throws Exception {
    // 100 training images, and the recipe's batches have 128.
    JsonNode all = json(post(JOBS, "{\"stack_n\": 1, \"dataset\": \"synthetic\"}"), 202);
    assertThat(all.at("/config/batch_size").intValue()).isEqualTo(100);
    JsonNode some =
        json(post(JOBS, "{\"stack_n\": 1, \"dataset\": \"synthetic\", \"train_limit\": 7}"), 202);
    assertThat(some.at("/config/batch_size").intValue()).isEqualTo(7);
  }

  @Test
  void validationImagesMakeTheBatchesSmaller() throws Exception {
    String some = "{\"stack_n\": 1, \"dataset\": \"synthetic\", \"validation_fraction\": 0.2%s}";
    JsonNode job =
        json(
            post(
                JOBS,
                some.formatted(", \"keep\": \"best\", \"early_stopping\": {\"patience\": 3}")),
            202);
    assertThat(job.at("/config/batch_size").intValue()).isEqualTo(78);
    assertThat(job.at("/config/keep").stringValue()).isEqualTo("best");
    assertThat(job.at("/config/early_stopping").toString())
        .isEqualTo("{\"patience\":3,\"min_delta\":0.0}");
    assertThat(detail(post(JOBS, some.formatted(", \"batch_size\": 79")), 400))
        .isEqualTo(
            "One field is wrong: batch_size must be at most 78, the number of training images that"
                + " remain beside those for validation, was 79: there would be no full batch.");
  }

  @Test
  void nothingIsChosenByValidationWithoutValidationImages() throws Exception {
    JsonNode problem =
        json(
            post(
                JOBS,
                """
                {"stack_n": 1, "dataset": "synthetic", "keep": "best",
                 "early_stopping": {"patience": 0, "min_delta": -1}}"""),
            400);
    assertThat(problem.get("errors").valueStream().map(e -> e.get("field").stringValue()))
        .containsExactlyInAnyOrder(
            "early_stopping.patience", "early_stopping.min_delta", "keep", "early_stopping");
    assertThat(
            detail(
                post(JOBS, "{\"stack_n\": 1, \"dataset\": \"synthetic\", \"keep\": \"best\"}"),
                400))
        .isEqualTo(
            "One field is wrong: keep best needs validation images: set validation_fraction above"
                + " 0, such as 0.1.");
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
                 "test_limit": -1, "recipe": "slow", "promote": "sometimes", "epohcs": 7}"""),
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
            "promote",
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
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "promote": "yes"} | promote must be one of "always", "if_better", "never", was "yes"
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "seed": 9223372036854775808} | seed must be a whole number from -9223372036854775808 to 9223372036854775807, was 9223372036854775808
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "train_limit": 2147483648} | train_limit must be a whole number from 1 to 2147483647, was 2147483648
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "name": "x\\ud800y"} | name must not hold \\u0000 or half of a surrogate pair
          {"stack_n": 1, "dataset": "a\\u0000b"} | dataset must not hold \\u0000 or half of a surrogate pair
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "model": "m\\udfff"} | model must not hold \\u0000 or half of a surrogate pair
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "name": "x\\u0085y"} | name must be a text of 1 to 100 characters
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "name": "x\\u2028y"} | name must be a text of 1 to 100 characters
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "name": "\\u00a0\\u3000 "} | name must be a text of 1 to 100 characters
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {}} | start_from must have either model or job
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {"model": "known", "job": "j"}} | start_from must have either model or job
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {"model": "known", "epoch": 3}} | start_from.epoch needs job
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {"job": "j", "version": 3}} | start_from.version needs model
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {"model": "unknown"}} | start_from.model is not a model with a version; GET /api/v1/models lists them
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {"model": "known", "version": 3}} | start_from.version is not a version of model 'known'; GET /api/v1/models/known lists them
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {"job": "j"}} | start_from.job is not a job; GET /api/v1/training-jobs lists them
          {"stack_n": 3, "dataset": "synthetic", "batch_size": 9, "start_from": {"model": "known", "sha256": "0000000000000000000000000000000000000000000000000000000000000000"}} | start_from.sha256 is not that of version 2 of model 'known', which is 4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "start_from": {"model": "known"}} | stack_n must be 3, as in version 2 of model 'known', was 1
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "augmentation": {"cutout": 33}} | augmentation.cutout must be at most 32, the size of the images, was 33
          {"stack_n": 1, "dataset": "mnist"}              | dataset is not a known data set; there are synthetic
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 101} | batch_size must be at most 100, the number of training images, was 101: there would be no full batch
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 30, "train_limit": 29} | batch_size must be at most 29, the number of training images, was 30: there would be no full batch
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "engine": "onednn"} | engine can't run here: the engine onednn is not part of this build; ask for auto
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "precision": "bfloat16"} | precision is not available here: this processor has no bfloat16; ask for float32 or auto
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {}} | learning_rate.schedule is required
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "linear", "peak": 1}} | learning_rate.schedule must be one of "piecewise", "cosine", "one_cycle", "constant", was "linear"
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "cosine"}} | learning_rate.peak is required
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "constant", "peak": 1, "value": 1}} | learning_rate.peak is not a known field
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "epochs": 5, "learning_rate": {"schedule": "cosine", "peak": 1, "warmup_epochs": 5}} | learning_rate.warmup_epochs must be less than epochs, which is 5, was 5.0
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 9, "learning_rate": {"schedule": "piecewise", "values": [0.1]}, "epochs": 10001} | epochs must be a whole number from 1 to 10000, was 10001
          {"stack_n": 1, "dataset": "synthetic", "batch_size": 4097} | batch_size must be a whole number from 1 to 4096, was 4097
          """)
  void aBadFieldIsExplained(String body, String message) throws Exception {
    assertThat(detail(post(JOBS, body), 400)).contains(message);
  }

  @Test
  void aJobWaitsWhileNothingCanTrainHereAndSaysWhy() throws Exception {
    engines.unusable = "the native libraries can't be loaded";
    JsonNode job;
    try {
      job = submit("{\"stack_n\": 1, \"dataset\": \"synthetic\", \"batch_size\": 9}");
      assertThat(
              await()
                  .until(() -> json(get(path(job)), 200).path("waiting_for"), JsonNode::isString)
                  .stringValue())
          .contains("the native libraries can't be loaded");
    } finally {
      engines.unusable = null;
    }
    awaitStatus(id(job), "RUNNING");
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
  void charactersAreCountedAsPeopleDo() throws Exception {
    String job =
        "{\"stack_n\": 1, \"dataset\": \"synthetic\", \"batch_size\": 9, \"name\": \"%s\"}";
    String name = "🙂".repeat(100);
    assertThat(submit(job.formatted(name)).get("name").stringValue()).isEqualTo(name);
    assertThat(detail(post(JOBS, job.formatted(name + "a")), 400)).contains("1 to 100 characters");
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

  @Test
  void whatMayBeNullIsDeclaredSo() throws Exception {
    JsonNode schemas = json(get("/v3/api-docs"), 200).at("/components/schemas");
    JsonNode job = schemas.at("/TrainingJob/properties");
    for (String field : List.of("latest", "best", "promotion")) {
      assertThat(job.get(field).get("oneOf").toString())
          .as(field)
          .startsWith("[{\"$ref\":\"#/components/schemas/")
          .endsWith(",{\"type\":\"null\"}]");
    }
    for (JsonNode schema : schemas) {
      for (JsonNode property : schema.path("properties")) {
        assertThat(property.has("$ref") && property.has("type")).as("%s", property).isFalse();
      }
    }
  }
}
