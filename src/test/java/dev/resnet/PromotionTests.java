package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a job's setting 'promote' to the version in production. */
@Tag("long")
class PromotionTests {
  private static final String JOBS = "/api/v1/training-jobs";

  @TempDir private static Path home;

  @Test
  void aTrialUnderTheSameDefaultNameDoesNotTakeOverProduction() throws Exception {
    try (var service =
        RunningService.start(
            home,
            "resnet.housekeeping.interval=1d",
            "resnet.housekeeping.keep-model-versions=1",
            "resnet.housekeeping.ended-jobs-after=1s")) {
      JsonNode first = trained(service, "\"test_limit\": 100");
      JsonNode trial = trained(service, "\"test_limit\": 20");

      assertThat(first.at("/promotion/promoted").booleanValue()).isTrue();
      assertThat(first.at("/promotion/reason").stringValue())
          .isEqualTo("Version 1 was promoted: nothing was in production under 'resnet-8'.");
      assertThat(trial.get("promote").stringValue()).isEqualTo("if_better");
      assertThat(trial.get("model_version").intValue()).isEqualTo(2);
      assertThat(trial.at("/promotion/promoted").booleanValue()).isFalse();
      assertThat(trial.at("/promotion/reason").stringValue())
          .startsWith("Version 1 stays in production: ")
          .contains("different numbers of images (100 and 20)");
      assertThat(inProduction(service)).isEqualTo(1);

      JsonNode wanted =
          trained(
              service,
              "\"test_limit\": 20, \"promote\": \"always\", \"validation_fraction\": 0.2, \"keep\": \"best\"");
      assertThat(wanted.at("/promotion/promoted").booleanValue()).isTrue();
      assertThat(wanted.at("/kept/chosen_by").stringValue()).isEqualTo("validation");
      assertThat(wanted.at("/latest/validation/loss").doubleValue()).isPositive();
      JsonNode metrics = service.json("/api/v1/models/resnet-8/versions/3", null).get("metrics");
      assertThat(metrics.get("chosen_by").stringValue()).isEqualTo("validation");
      assertThat(metrics.get("validation_loss")).isEqualTo(wanted.at("/latest/validation/loss"));
      assertThat(inProduction(service)).isEqualTo(3);
      checkBackup(service);
      checkHousekeeping(service);
    }
  }

  /** The data directory may be moved: nothing in the archive names it. */
  private static void checkBackup(RunningService service) throws Exception {
    HttpResponse<String> backup = service.call("POST", "/api/v1/backup", null, "");
    assertThat(backup.statusCode()).isEqualTo(200);
    assertThat(backup.headers().firstValue("Content-Type")).contains("application/x-tar");
    assertThat(backup.body())
        .contains("backup.json", "rows/training_job.jsonl", "files/models/resnet-8/", "SHA256SUMS")
        .doesNotContain(home.toString());
    assertThat(home.resolve(".backup")).isEmptyDirectory();
  }

  private static void checkHousekeeping(RunningService service) throws Exception {
    String path = "/actuator/housekeeping";
    await().until(() -> service.json(path, null).get("count").intValue() == 4);
    JsonNode due = service.json(path, null);
    assertThat(due.get("dry_run").booleanValue()).isTrue();
    assertThat(due.get("bytes").longValue()).isPositive();

    JsonNode done = JsonMapper.shared().readTree(service.call("POST", path, null, "").body());
    assertThat(done.get("items")).isEqualTo(due.get("items"));
    assertThat(done.get("items").toString()).contains("resnet-8 version 1");
    assertThat(done.get("failures")).isEmpty();
    assertThat(service.json(JOBS, null).get("total_items").intValue()).isZero();
    assertThat(service.json("/api/v1/models/resnet-8", null).get("total_items").intValue())
        .isEqualTo(2);
    assertThat(service.get("/actuator/prometheus", null).body())
        .contains("resnet_housekeeping_deleted_total{kind=\"job\"} 3.0");
  }

  @Test
  void ifTrainingMayNotPromoteTheJobSaysWhoMay() throws Exception {
    try (var service =
        RunningService.start(home.resolve("2"), "resnet.models.training-may-promote=false")) {
      JsonNode job = trained(service, "\"test_limit\": 20, \"promote\": \"always\"");

      assertThat(job.at("/promotion/promoted").booleanValue()).isFalse();
      assertThat(job.at("/promotion/reason").stringValue())
          .contains(
              "resnet.models.training-may-promote",
              "POST /api/v1/models/resnet-8/versions/1/promote");
      assertThat(service.json("/api/v1/models/resnet-8", null).get("promoted_version").isNull())
          .isTrue();
    }
  }

  private static JsonNode trained(RunningService service, String more) throws Exception {
    String body =
        """
        {"stack_n": 1, "dataset": "synthetic", "epochs": 1, "batch_size": 20, "train_limit": 40, %s}"""
            .formatted(more);
    String id =
        JsonMapper.shared()
            .readTree(service.call("POST", JOBS, null, body).body())
            .get("id")
            .stringValue();
    return await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> service.json(JOBS + "/" + id, null),
            job -> job.get("status").stringValue().equals("SUCCEEDED"));
  }

  private static int inProduction(RunningService service) throws Exception {
    return service.json("/api/v1/models/resnet-8", null).get("promoted_version").intValue();
  }
}
