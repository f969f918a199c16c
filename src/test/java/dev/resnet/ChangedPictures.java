package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.pictures.Png;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.JsonNode;

/** A data set that changes between two trainings of one model. */
final class ChangedPictures {
  private static final String SET = "/api/v1/datasets/signs";
  private static final String MODEL = "/api/v1/models/signs";

  private final RunningService service;

  ChangedPictures(RunningService service) {
    this.service = service;
  }

  /** The version in production is evaluated on the new test images, and that decides. */
  void checkThatTheBetterOneOnTheNewImagesIsInProduction() throws Exception {
    String first = uploaded(1);
    JsonNode trained = trained();
    assertThat(trained.at("/promotion/promoted").booleanValue()).isTrue();
    String second = uploaded(2);
    assertThat(second).isNotEqualTo(first);

    JsonNode job = trained();

    double before =
        StreamSupport.stream(
                service.json(MODEL + "/versions/1/evaluations", null).get("items").spliterator(),
                false)
            .filter(each -> each.get("data_sha256").stringValue().equals(second))
            .findFirst()
            .orElseThrow()
            .get("accuracy")
            .doubleValue();
    double now =
        service.json(MODEL + "/versions/2", null).at("/metrics/test_accuracy").doubleValue();
    assertThat(job.at("/promotion/reason").stringValue())
        .contains("test accuracy", "(both on the new test images: ");
    assertThat(job.at("/promotion/promoted").booleanValue()).isEqualTo(now > before);
    assertThat(service.json(MODEL, null).get("promoted_version").intValue())
        .isEqualTo(now > before ? 2 : 1);
  }

  private JsonNode trained() throws Exception {
    return HundredClassesTests.trained(
        service,
        """
        {"stack_n": 1, "dataset": "signs", "epochs": 1, "batch_size": 8, "model": "signs",
         "engine": "onednn", "precision": "float32"}""");
  }

  /** The SHA-256 of the version that has been made of it. */
  private String uploaded(int seed) throws Exception {
    assertThat(
            RunningService.send(
                    service
                        .request(SET, null)
                        .header("Content-Type", "application/zip")
                        .PUT(BodyPublishers.ofByteArray(pictures(seed))))
                .statusCode())
        .isEqualTo(202);
    return await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> service.json(SET, null),
            set -> set.path("status").asString("").equals("READY") && set.path("upload").isNull())
        .get("sha256")
        .stringValue();
  }

  private static byte[] pictures(int seed) throws IOException {
    var archive = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(archive)) {
      for (int i = 0; i < 8; i++) {
        String split = i < 6 ? "train" : "test";
        zip.putNextEntry(new ZipEntry("%s/dark/%d.png".formatted(split, i)));
        zip.write(Png.plain(32, 32, 5 * i, 10 * seed, 0));
        zip.putNextEntry(new ZipEntry("%s/light/%d.png".formatted(split, i)));
        zip.write(Png.plain(32, 32, 255 - 5 * i, 255 - 10 * seed, 255));
      }
    }
    return archive.toByteArray();
  }
}
