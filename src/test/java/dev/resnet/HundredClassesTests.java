package dev.resnet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.resnet.api.Tagged;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** CIFAR-100 from its files to an answer, to a copy of its network, and to one of other classes. */
@Tag("long")
class HundredClassesTests {
  private static final String JOBS = "/api/v1/training-jobs";

  @TempDir private Path folder;

  @Test
  void aNetworkOfAHundredClassesIsTrainedAndAsked() throws Exception {
    Path cifar = Files.createDirectory(folder.resolve("cifar-100-binary"));
    Files.write(cifar.resolve("train.bin"), records(200, 1));
    Files.write(cifar.resolve("test.bin"), records(100, 2));
    try (var service =
        RunningService.start(folder.resolve("home"), "resnet.datasets.cifar100.uri=" + cifar)) {
      String body =
          """
          {"stack_n": 1, "dataset": "cifar100", "epochs": 1, "batch_size": 20, "model": "hundred",
           "engine": "onednn", "precision": "float32"}""";
      JsonNode job = trained(service, body);
      // 64 + 1 inputs of the last layer for each of 90 further classes.
      assertThat(job.get("parameters").longValue()).isEqualTo(78_666 + 90 * 65);

      JsonNode dataset = service.json("/api/v1/datasets/cifar100", null);
      assertThat(dataset.get("classes").size()).isEqualTo(100);
      assertThat(dataset.get("status").stringValue()).isEqualTo("READY");

      JsonNode answer = classified(service, "hundred");
      assertThat(answer.at("/predictions/0/top").size()).isEqualTo(100);
      double sum =
          StreamSupport.stream(answer.at("/predictions/0/top").spliterator(), false)
              .mapToDouble(label -> label.get("probability").doubleValue())
              .sum();
      assertThat(sum).isCloseTo(1, within(1e-5));

      checkEvaluation(service);
      checkThatACopyClassifiesTheSame(service, job.get("id").stringValue(), answer);
      new ChangedPictures(service).checkThatTheBetterOneOnTheNewImagesIsInProduction();
      JsonNode started =
          trained(
              service,
              """
              {"stack_n": 1, "dataset": "synthetic", "epochs": 1, "batch_size": 20,
               "train_limit": 40, "test_limit": 20, "model": "few",
               "start_from": {"model": "hundred", "freeze": "backbone"}}""");
      assertThat(started.at("/config/start_from/version").intValue()).isEqualTo(1);
      assertThat(
              service
                  .json("/api/v1/models/few/versions/1", null)
                  .at("/source/hyperparameters/start_from/model")
                  .stringValue())
          .isEqualTo("hundred");
    }
  }

  /** The version is evaluated after its job, as the job measured it. */
  private static void checkEvaluation(RunningService service) throws Exception {
    String version = "/api/v1/models/hundred/versions/1";
    var tagged = new Tagged(service.port(), version); // with the evaluation or still without
    JsonNode shown =
        await()
            .until(() -> service.json(version, null), found -> found.get("evaluation").isObject());
    tagged.assertConsistent();
    tagged.assertUnchanged();
    JsonNode evaluation = shown.get("evaluation");
    assertThat(evaluation.get("images").intValue()).isEqualTo(100);
    assertThat(evaluation.get("accuracy")).isEqualTo(shown.at("/metrics/test_accuracy"));
    assertThat(evaluation.get("loss").doubleValue())
        .isCloseTo(shown.at("/metrics/test_loss").doubleValue(), within(1e-3));
    assertThat(evaluation.get("top5_accuracy").isNumber()).isTrue();
    assertThat(evaluation.at("/confusion_matrix/99").size()).isEqualTo(100);
    assertThat(shown.at("/source/seed").isNumber()).isTrue();

    String evaluate = version + "/evaluate";
    JsonNode again = body(service.call("POST", evaluate, null, ""));
    assertThat(again.get("cached").booleanValue()).isTrue();
    assertThat(again.get("metrics")).isEqualTo(evaluation);
    JsonNode listed = service.json(version + "/evaluations", null);
    assertThat(listed.at("/items/0/id")).isEqualTo(again.get("id"));
    String one = version + "/evaluations/" + again.get("id").stringValue();
    assertThat(service.json(one, null).get("metrics")).isEqualTo(evaluation);

    JsonNode mistakes = service.json(version + "/mistakes?size=1", null);
    int wrong = mistakes.get("total_items").intValue();
    assertThat(wrong / 100.0).isCloseTo(1 - evaluation.get("accuracy").doubleValue(), within(1e-9));
    JsonNode worst = mistakes.at("/items/0");
    HttpRequest.Builder image =
        HttpRequest.newBuilder(java.net.URI.create(worst.get("image").stringValue()));
    assertThat(RunningService.send(image).headers().firstValue("X-Label"))
        .contains(worst.get("truth").stringValue());

    assertThat(service.call("POST", evaluate, null, "{\"dataset\": \"synthetic\"}").statusCode())
        .isEqualTo(422);
    JsonNode refused =
        body(service.call("POST", evaluate, null, "{\"split\": \"all\", \"data_sha256\": 1}"));
    assertThat(refused.get("errors").size()).isEqualTo(2);
    assertThat(service.get(version + "/mistakes?split=train", null).statusCode()).isEqualTo(409);
    assertThat(service.get("/api/v1/models/hundred/compare?a=1&b=1", null).statusCode())
        .isEqualTo(400);
  }

  /** A checkpoint is what another installation takes. */
  private static void checkThatACopyClassifiesTheSame(
      RunningService service, String job, JsonNode answer) throws Exception {
    byte[] checkpoint = bytes(service, JOBS + "/" + job + "/checkpoints/1");
    JsonNode version = service.json("/api/v1/models/hundred/versions/1", null);
    String card =
        "{\"classes\": %s, \"mean\": %s, \"standard_deviation\": %s}"
            .formatted(
                version.get("classes"),
                version.at("/input/mean"),
                version.at("/input/standard_deviation"));
    String part =
        "--between\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"any\"\r\n\r\n";
    var body = new ByteArrayOutputStream();
    body.writeBytes((part.formatted("card") + card + "\r\n").getBytes(UTF_8));
    body.writeBytes(part.formatted("model").getBytes(UTF_8));
    body.writeBytes(checkpoint);
    body.writeBytes("\r\n--between--\r\n".getBytes(UTF_8));
    var uploaded =
        RunningService.send(
            service
                .request("/api/v1/models/copy/versions", null)
                .header("Content-Type", "multipart/form-data; boundary=between")
                .PUT(BodyPublishers.ofByteArray(body.toByteArray())));
    assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(201);
    assertThat(body(uploaded).get("parameters")).isEqualTo(version.get("parameters"));
    assertThat(classified(service, "copy/versions/1").get("predictions"))
        .isEqualTo(answer.get("predictions"));
  }

  private static byte[] bytes(RunningService service, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(service.request(path, null).build(), BodyHandlers.ofByteArray())
        .body();
  }

  private static JsonNode body(java.net.http.HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  static JsonNode trained(RunningService service, String body) throws Exception {
    String id =
        JsonMapper.shared()
            .readTree(service.call("POST", JOBS, null, body).body())
            .get("id")
            .stringValue();
    return await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> service.json(JOBS + "/" + id, null),
            found -> found.get("status").stringValue().equals("SUCCEEDED"));
  }

  private static JsonNode classified(RunningService service, String model) throws Exception {
    byte[] image = bytes(service, "/api/v1/datasets/cifar100/images/test/99");
    HttpRequest.Builder request =
        service
            .request("/api/v1/models/%s/classify?top_k=100".formatted(model), null)
            .header("Content-Type", "image/png")
            .POST(BodyPublishers.ofByteArray(image));
    return JsonMapper.shared().readTree(RunningService.send(request).body());
  }

  /** Noise, each class as often as the others. */
  private static byte[] records(int count, long seed) {
    byte[] records = new byte[count * (2 + 3072)];
    new Random(seed).nextBytes(records);
    for (int i = 0; i < count; i++) {
      records[i * (2 + 3072) + 1] = (byte) (i % 100);
    }
    return records;
  }
}
