package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.files.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TrainingJobHttpTests extends JobsOverHttp {

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
    assertThat(job.get("best").toString())
        .isEqualTo("{\"epoch\":2,\"test_accuracy\":0.99,\"validation_accuracy\":null}");
    assertThat(job.get("latest").toString())
        .isEqualTo(
            """
            {"epoch":3,"learning_rate":0.1,\
            "train":{"cross_entropy":0.6666666666666666,"l2_loss":0.25,"accuracy":0.75},\
            "test":{"loss":1.0,"accuracy":0.003},\
            "seconds":1.5,"images_per_second":1000.0,"finished_at":"2026-01-02T03:04:08.678901Z",\
            "validation":null}""");
    assertThat(job.get("kept").toString())
        .isEqualTo(
            """
            {"epoch":3,"chosen_by":"last epoch","test_accuracy":0.003,\
            "validation_accuracy":null}""");
    assertThat(job.get("stopped_early").booleanValue()).isFalse();
    assertThat(job.get("stop_reason").isNull()).isTrue();
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
                + "test_accuracy,seconds,images_per_second,finished_at,validation_loss,validation_accuracy\r\n"
                + "2,0.1,1.0,0.25,0.6666666666666667,1.5,0.99,1.5,1000.0,2026-01-02T03:04:07.678901Z,,\r\n"
                + "3,0.1,0.6666666666666666,0.25,0.75,1.0,0.003,1.5,1000.0,2026-01-02T03:04:08.678901Z,,\r\n");
    json(send(request(path(job) + "/epochs").header("Accept", "image/png")), 406);
    json(get(path(job) + "/epochs?after=two"), 400);
    for (String accept : List.of("application/json", "text/csv")) {
      var before = request(path(job) + "/epochs?after=-1").header("Accept", accept);
      assertThat(detail(send(before), 400))
          .contains("after must be a whole number from 0 to 2147483647");
    }
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
        .endsWith("has no checkpoint of epoch 1; those kept are of the epochs 2, 3.");
  }

  @Test
  void aDamagedOrMissingCheckpointIsNotSent() throws Exception {
    training.allow(3);
    JsonNode job = awaitStatus(id(submit(SMALL)), "SUCCEEDED");
    Path folder = Path.of("target/jobs-over-http/jobs", id(job), "checkpoints", "attempt-1");
    Path second = folder.resolve("epoch-0002.zip");
    assertThat(get(path(job) + "/checkpoints/2").statusCode()).isEqualTo(200);

    byte[] content = Files.readAllBytes(second);
    content[0] ^= 1;
    Files.write(second, content);
    Files.setLastModifiedTime(second, FileTime.fromMillis(0)); // whatever the clock's resolution
    HttpResponse<String> damaged = get(path(job) + "/checkpoints/2");
    assertThat(detail(damaged, 410)).contains("is damaged", "SHA-256").endsWith("epochs 3.");
    assertThat(damaged.headers().firstValue("ETag")).isEmpty();

    Files.write(second, new byte[1]);
    assertThat(detail(get(path(job) + "/checkpoints/2"), 410)).contains("has 1 bytes instead of");

    Files.delete(second);
    assertThat(detail(get(path(job) + "/checkpoints/2"), 404))
        .endsWith("has no checkpoint of epoch 2; those kept are of the epochs 3.");
    assertThat(json(get(path(job) + "/checkpoints"), 200).get("items")).hasSize(1);
    Files.delete(folder.resolve("epoch-0003.zip"));
    assertThat(detail(get(path(job) + "/checkpoints/3"), 404))
        .endsWith("has no checkpoint of epoch 3, and no other one.");
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
    assertThat(get(JOBS + "?status=RUNNING,,QUEUED").statusCode()).isEqualTo(200);
    assertThat(get(JOBS + "?status=RUNNING&status=").statusCode()).isEqualTo(200);
    assertThat(ids(json(get(JOBS + "?dataset=cifar10"), 200))).isEmpty();
    assertThat(detail(get(JOBS + "?status=ASLEEP"), 400)).contains("must be one of");
    assertThat(detail(get(JOBS + "?dataset=a%00b"), 400)).contains("dataset must not hold control");
    assertThat(detail(get(JOBS + "?data_set=cifar10"), 400))
        .contains("data_set is not a known parameter; did you mean 'dataset'?");
    assertThat(detail(get(JOBS + "?name=a&name=b"), 400)).contains("2 times");
    for (String both : List.of("status=QUEUED&status=RUNNING", "status=RUNNING,%20QUEUED")) {
      assertThat(ids(json(get(JOBS + "?" + both), 200))).containsExactly(third, second, first);
    }
    for (String bad : List.of("status=QUEUED,ASLEEP", "status=QUEUED&status=ASLEEP")) {
      assertThat(detail(get(JOBS + "?" + bad), 400))
          .contains("status must be one of QUEUED, RUNNING", "was \"ASLEEP\"");
    }
    assertThat(ids(json(get(JOBS + "?status=&name=&model=resnet-14"), 200))).containsExactly(first);
    assertThat(ids(json(get(JOBS + "?name=SNET-20&sort=priority"), 200)))
        .containsExactly(second, third);
    assertThat(ids(json(get(JOBS + "?sweep=none"), 200))).isEmpty();
    assertThat(detail(send(request(JOBS + "/none/epochs").header("Accept", "text/html")), 404))
        .contains("none");
    assertThat(detail(send(request(JOBS + "/none").header("Accept", "text/html")), 404))
        .contains("There is no training job none");
    for (String path : List.of(JOBS + "/a%00b", JOBS + "/a%01b", JOBS + "/a%00b/epochs")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(400);
    }
    assertThat(detail(get(JOBS + "?sort=colour"), 400)).contains("sort must be a field");
  }

  @Test
  void aJobThatAFaultPutOffSaysWhyAndWhenAndOneThatFailedIsResumed() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    assertThat(job.get("retries").intValue()).isZero();
    assertThat(job.get("last_error").isNull()).isTrue();
    assertThat(job.get("next_attempt_at").isNull()).isTrue();
    assertThat(detail(post(path(job) + "/resume", ""), 409))
        .endsWith("is RUNNING and can't be resumed: it is already queued or running.");

    training.failWith(new UncheckedIOException(new IOException("The disk does not answer.")));
    JsonNode waiting = awaitStatus(id(job), "QUEUED");
    assertThat(waiting.get("retries").intValue()).isEqualTo(1);
    assertThat(waiting.get("last_error").stringValue()).isEqualTo("The disk does not answer.");
    String next = waiting.get("next_attempt_at").stringValue();
    assertThat(Instant.parse(next)).isAfter(Instant.parse(job.get("started_at").stringValue()));
    assertThat(waiting.get("waiting_for").stringValue()).isEqualTo("the next attempt at " + next);
    assertThat(waiting.get("error").isNull()).isTrue();

    json(post(path(job) + "/cancel", ""), 202);
    JsonNode resumed = json(post(path(job) + "/resume", ""), 202);
    assertThat(id(resumed)).isEqualTo(id(job));
    assertThat(resumed.get("retries").intValue()).isZero();
    awaitStatus(id(job), "RUNNING");
    training.failWith(new IllegalArgumentException("It can't be trained."));
    assertThat(awaitStatus(id(job), "FAILED").get("error").stringValue())
        .isEqualTo("It can't be trained.");

    json(post(path(job) + "/resume", ""), 202);
    training.allow(3);
    awaitStatus(id(job), "SUCCEEDED");
    assertThat(detail(post(path(job) + "/resume", ""), 409))
        .endsWith(
            "can't be resumed: it has completed all epochs; submit a new job to train again.");
    detail(post(JOBS + "/unknown/resume", ""), 404);
  }

  @Test
  void aJobIsCancelledOnceAndDeletedOnlyAfterwards() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    assertThat(detail(delete(path(job)), 409))
        .endsWith("cancel it or wait until it ends, then delete it.");

    JsonNode cancelled = json(post(path(job) + "/cancel", ""), 202);
    assertThat(cancelled.get("cancel_requested").booleanValue()).isTrue();
    awaitStatus(id(job), "CANCELLED");
    assertThat(detail(post(path(job) + "/cancel", ""), 409))
        .endsWith(
            "is CANCELLED and can't be cancelled: it has ended; POST %s/resume resumes it."
                .formatted(path(job)));

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
    "POST, /pause",
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
}
