package dev.resnet.data.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.RunningService;
import dev.resnet.api.Tagged;
import dev.resnet.data.upload.PictureZip;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Uploaded data sets through the whole service. */
class UploadHttpTests {
  private static final String SETS = "/api/v1/datasets/";
  private static final String JOBS = "/api/v1/training-jobs";
  private static final int LIMIT = 2 << 20;
  private static final byte[] PETS = PictureZip.of(4, 1, "cat", "dog");

  @TempDir private static Path home;
  private static RunningService service;

  @BeforeAll
  static void start() {
    // Archives don't count as bodies in memory.
    service =
        RunningService.start(
            home, "resnet.datasets.max-upload-size=2MB", "resnet.http.bodies.max-memory=1MB");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void ownPicturesAreUploadedTrainedAndClassified() throws Exception {
    byte[] archive = PictureZip.of(6, 1, "кошка", "犬", "bird");
    // As curl --data-binary labels it.
    HttpResponse<String> answer =
        put("animals", "application/x-www-form-urlencoded", BodyPublishers.ofByteArray(archive));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    assertThat(answer.headers().firstValue("Location")).hasValue(SETS + "animals");
    JsonNode ready = awaitReady("animals");
    assertThat(ready.get("classes").valueStream().map(JsonNode::stringValue))
        .containsExactly("bird", "кошка", "犬");
    assertThat(ready.get("train").intValue()).isEqualTo(15);
    assertThat(ready.get("test").intValue()).isEqualTo(3);
    assertThat(ready.get("mean")).hasSize(3);
    assertThat(ready.at("/report/classes/0/train").intValue()).isEqualTo(5);
    assertThat(ready.get("upload").isNull()).isTrue();
    String version = ready.get("sha256").stringValue();

    String job = submit("animals").get("id").stringValue();
    JsonNode ended = awaitJob(job);
    assertThat(ended.get("dataset_version").stringValue()).isEqualTo(version);

    HttpResponse<byte[]> picture = bytes(SETS + "animals/images/test/0");
    assertThat(picture.headers().firstValue("X-Label").orElseThrow())
        .isIn("bird", URLEncoder.encode("кошка", UTF_8), URLEncoder.encode("犬", UTF_8));
    HttpResponse<String> classified =
        RunningService.send(
            service
                .request("/api/v1/models/animals/classify", null)
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofByteArray(picture.body())));
    assertThat(JsonMapper.shared().readTree(classified.body()).at("/predictions/0/top")).hasSize(3);

    var tagged = new Tagged(service.port(), SETS + "animals");
    var versions = new Tagged(service.port(), SETS + "animals/versions");
    put("animals", "application/zip", BodyPublishers.ofByteArray(PictureZip.of(4, 2, "a", "b")));
    JsonNode second = awaitReady("animals");
    tagged.assertChanged();
    versions.assertChanged();
    tagged.assertUnchanged();
    assertThat(second.get("sha256").stringValue()).isNotEqualTo(version);
    assertThat(service.json(JOBS + "/" + job, null).get("dataset_version").stringValue())
        .isEqualTo(version);
    assertThat(
            service
                .json(SETS + "animals/versions", null)
                .get("items")
                .valueStream()
                .map(item -> item.get("sha256").stringValue()))
        .containsExactly(second.get("sha256").stringValue(), version);

    assertThat(delete("animals").statusCode()).isEqualTo(204);
    assertThat(service.get(SETS + "animals", null).statusCode()).isEqualTo(404);
    assertThat(home.resolve("datasets/animals")).doesNotExist();
  }

  @Test
  void anArchiveComesInAMultipartBodyAsWell() throws Exception {
    HttpResponse<String> answer =
        put("parts", Parts.TYPE, new Parts().file("file", PETS).publisher());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    awaitReady("parts");
    assertThat(delete("parts").statusCode()).isEqualTo(204);

    assertDetail(
        put("parts", Parts.TYPE, new Parts().file("file", PETS).file("more", PETS).publisher()),
        400,
        "more than one part");
    assertDetail(put("parts", Parts.TYPE, BodyPublishers.ofString("nothing")), 400, "has no file");
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @CsvSource({
    "Parts, '', 400, name",
    "a b, '', 400, name",
    "cifar10, '', 409, built in",
    "synthetic, '', 409, built in",
    "pets, test_fraction=0, 400, test_fraction must be a number above 0 and below 1",
    "pets, test_fraction=1, 400, test_fraction",
    "pets, test_fraction=x, 400, test_fraction",
    "pets, size=33, 400, '32, 48, 64, 96'",
    "pets, resize=stretch, 400, 'crop, squash, pad'",
    "pets, seed=1.5, 400, seed",
    "pets, strict=perhaps, 400, strict",
    "pets, sise=48, 400, did you mean 'size'?"
  })
  void badNamesAndParametersAreRefused(String name, String query, int status, String detail)
      throws Exception {
    HttpResponse<String> answer =
        put(
            name.replace(" ", "%20") + "?" + query,
            "application/zip",
            BodyPublishers.ofByteArray(PETS));
    assertDetail(answer, status, detail.replace("'size'", "'size'"));
    assertNothingIsLeft();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "dev.resnet.data.folder.BadArchiveTests#damagedZips",
    "dev.resnet.data.folder.BadArchiveTests#foldersThatAreNoClasses"
  })
  void aBadArchiveIsRefusedAndLeavesNothing(String what, byte[] archive, String message)
      throws Exception {
    assertDetail(put("bad", "application/zip", BodyPublishers.ofByteArray(archive)), 422, message);
    assertThat(service.get(SETS + "bad", null).statusCode()).isEqualTo(404);
    assertNothingIsLeft();
  }

  @Test
  void theSizeOfAnUploadIsLimited() throws Exception {
    byte[] atLimit = new byte[LIMIT];
    byte[] above = new byte[LIMIT + 1];
    assertDetail(
        put("big", "application/zip", BodyPublishers.ofByteArray(atLimit)), 422, "The archive is");
    assertDetail(
        put("big", "application/zip", BodyPublishers.ofByteArray(above)),
        413,
        "resnet.datasets.max-upload-size");
    assertDetail(
        put(
            "big",
            "application/zip",
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(above))),
        413,
        "2 MB");
    assertDetail(put("big", "application/zip", BodyPublishers.noBody()), 400, "The body is empty");
    assertNothingIsLeft();
  }

  @Test
  void picturesAreAddedShownAndDownloaded() throws Exception {
    put("camera", "application/zip", BodyPublishers.ofByteArray(PictureZip.of(4, 1, "犬", "cat")));
    String first = awaitReady("camera").get("sha256").stringValue();
    String dog = SETS + "camera/images/train/" + URLEncoder.encode("犬", UTF_8);
    HttpResponse<String> added =
        post(dog, new Parts().file("image", PictureZip.picture("more")).publisher());
    assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
    assertThat(added.headers().firstValue("Location")).hasValue(SETS + "camera");
    JsonNode second = JsonMapper.shared().readTree(added.body());
    assertThat(second.get("train").intValue()).isEqualTo(7);
    assertThat(second.get("sha256").stringValue()).isNotEqualTo(first);

    assertDetail(
        post(SETS + "camera/images/train/bird", new Parts().file("image", PETS).publisher()),
        404,
        "it has cat, 犬");
    assertDetail(
        post(SETS + "camera/images/val/cat", new Parts().file("image", PETS).publisher()),
        404,
        "ask for train or test");
    assertDetail(
        post(dog, new Parts().file("image", "x".getBytes(UTF_8)).publisher()), 422, "image[0]");
    assertDetail(post(dog, new Parts().file("picture", PETS).publisher()), 400, "picture");
    assertDetail(service.call("POST", dog, null, "{}"), 415, "not multipart");

    HttpResponse<byte[]> sheet = bytes(SETS + "camera/sheet/train?class=cat");
    assertThat(sheet.headers().firstValue("Content-Type")).hasValue("image/png");
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(sheet.body()));
    assertThat(image.getWidth()).isEqualTo(2 + 2 * 34);
    assertDetail(service.get(SETS + "camera/sheet/train?class=bird", null), 404, "no class 'bird'");

    HttpResponse<byte[]> archive = bytes(SETS + "camera/archive");
    assertThat(archive.headers().firstValue("Content-Disposition").orElseThrow())
        .contains("camera.zip");
    put("copy", "application/zip", BodyPublishers.ofByteArray(archive.body()));
    assertThat(awaitReady("copy").get("train").intValue()).isEqualTo(7);
    assertDetail(service.get(SETS + "synthetic/archive", null), 409, "built in");
    for (String name : List.of("camera", "copy")) {
      assertThat(delete(name).statusCode()).isEqualTo(204);
    }
    assertNothingIsLeft();
  }

  private static HttpResponse<String> post(String path, BodyPublisher body) throws Exception {
    return RunningService.send(
        service.request(path, null).header("Content-Type", Parts.TYPE).POST(body));
  }

  private static HttpResponse<byte[]> bytes(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(service.request(path, null).build(), BodyHandlers.ofByteArray());
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    try (var client = new Socket("127.0.0.1", service.port())) {
      client
          .getOutputStream()
          .write(
              "PUT /api/v1/datasets/half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n"
                  .getBytes(UTF_8));
      client.getOutputStream().write(PETS, 0, 400);
      client.getOutputStream().flush();
      await().until(() -> !uploads().isEmpty());
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> uploads().isEmpty());
    assertThat(service.get(SETS + "half", null).statusCode()).isEqualTo(404);
  }

  @Test
  void aDataSetWithoutAVersionCanNotBeUsedYet() throws Exception {
    var database = JdbcClient.create(service.context().getBean(DataSource.class));
    database
        .sql("insert into dataset (name, created_at) values ('held', current_timestamp)")
        .update();
    database
        .sql(
            """
            insert into dataset_upload (name, id, status, options, attempt, progress, created_at)
            values ('held', 'none', 'CONVERTING',
              '{"shape": {"size": 48}, "resize": "pad", "testFraction": 0.2, "seed": 1, "strict": true}',
              1, 0.25, current_timestamp)
            """)
        .update();
    JsonNode set = service.json(SETS + "held", null);
    assertThat(set.get("status").stringValue()).isEqualTo("CONVERTING");
    assertThat(set.get("size").intValue()).isEqualTo(48);
    assertThat(set.get("resize").stringValue()).isEqualTo("pad");
    assertThat(set.at("/upload/progress").doubleValue()).isEqualTo(0.25);
    String job = "{\"stack_n\": 1, \"dataset\": \"held\"}";
    assertDetail(service.call("POST", JOBS, null, job), 400, "still being converted (25 %)");
    assertDetail(service.get(SETS + "held/images/test/0", null), 409, "being converted (25 %)");
    assertDetail(service.get(SETS + "held/archive", null), 409, "no version yet");
    assertDetail(put("held", "application/zip", BodyPublishers.ofByteArray(PETS)), 409, "(25 %)");
    assertDetail(
        post(SETS + "held/images/train/cat", new Parts().file("image", PETS).publisher()),
        409,
        "(25 %)");

    database
        .sql("update dataset_upload set status = 'FAILED', error = 'Too dark.' where id = 'none'")
        .update();
    assertThat(service.json(SETS + "held", null).get("error").stringValue()).isEqualTo("Too dark.");
    assertDetail(service.call("POST", JOBS, null, job), 400, "its upload failed (Too dark.)");
    assertDetail(service.get(SETS + "held/images/test/0", null), 503, "Too dark.");
    assertThat(delete("held").statusCode()).isEqualTo(204);
  }

  @Test
  void aDataSetThatAJobNeedsIsNotDeleted() throws Exception {
    put("busy", "application/zip", BodyPublishers.ofByteArray(PETS));
    awaitReady("busy");
    JsonNode job =
        JsonMapper.shared()
            .readTree(
                service
                    .call(
                        "POST",
                        JOBS,
                        null,
                        """
                        {"stack_n": 1, "dataset": "busy", "epochs": 10000, "batch_size": 2,
                         "precision": "float32", "model": "busy"}""")
                    .body());
    assertDetail(delete("busy"), 409, "job " + job.get("id").stringValue());
    String path = JOBS + "/" + job.get("id").stringValue();
    service.call("POST", path + "/cancel", null, "");
    await().atMost(Duration.ofSeconds(60)).until(() -> delete("busy").statusCode() == 204);
    assertDetail(service.call("POST", path + "/resume", null, ""), 409, "has been deleted");
  }

  private static JsonNode submit(String dataset) throws Exception {
    HttpResponse<String> answer =
        service.call(
            "POST",
            JOBS,
            null,
            """
            {"stack_n": 1, "dataset": "%s", "epochs": 1, "batch_size": 5, "precision": "float32",
             "model": "%s"}"""
                .formatted(dataset, dataset));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return JsonMapper.shared().readTree(answer.body());
  }

  private static JsonNode awaitJob(String id) {
    return await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> service.json(JOBS + "/" + id, null),
            job -> {
              assertThat(job.get("status").stringValue()).as(job.toString()).isNotEqualTo("FAILED");
              return job.get("status").stringValue().equals("SUCCEEDED");
            });
  }

  private static JsonNode awaitReady(String name) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> service.json(SETS + name, null),
            set -> {
              assertThat(set.get("status").stringValue()).as(set.toString()).isNotEqualTo("FAILED");
              return set.get("status").stringValue().equals("READY") && set.get("upload").isNull();
            });
  }

  private static HttpResponse<String> put(String path, String type, BodyPublisher body)
      throws Exception {
    HttpRequest.Builder request =
        service.request(SETS + path, null).header("Content-Type", type).PUT(body);
    return RunningService.send(request);
  }

  private static HttpResponse<String> delete(String name) throws Exception {
    return service.call("DELETE", SETS + name, null, "");
  }

  private static void assertDetail(HttpResponse<String> answer, int status, String part) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(JsonMapper.shared().readTree(answer.body()).get("detail").stringValue())
        .contains(part);
  }

  private static void assertNothingIsLeft() throws IOException {
    assertThat(uploads()).isEmpty();
  }

  private static List<Path> uploads() throws IOException {
    Path folder = home.resolve("datasets/.uploads");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}
