package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.serving.web.ServingApplication.Client;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No request ends a process with a small heap, and no valid image is reported as damaged. */
@Tag("long")
class SmallHeapTests {
  private static final String CLASSIFY = "/api/v1/classify?resize=true";

  @TempDir private static Path home;
  private static SmallHeapService service;
  private static Client client;

  @BeforeAll
  static void start() throws IOException {
    // The budgets take five eighths. G1 does not move arrays as large as half a region, so that a
    // heap of 256 MB was once too fragmented for a row of the wide image.
    service = SmallHeapService.start(home, "384m");
    await().atMost(Duration.ofMinutes(2)).until(service::isReady);
    client = new Client(service.port());
  }

  @AfterAll
  static void stop() throws InterruptedException {
    service.close();
  }

  private static List<Answer> atOnce(int clients, Callable<Answer> request) throws Exception {
    var threads = Executors.newFixedThreadPool(clients);
    try {
      var answers = new ArrayList<Answer>();
      for (Future<Answer> answer : threads.invokeAll(Collections.nCopies(clients, request))) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Each request is classified or gets 503 or 429, and the service still works afterwards. */
  private static void assertSurvived(List<Answer> answers) throws Exception {
    assertThat(answers.stream().map(answer -> answer.status() + " " + answer.retryAfter()).toList())
        .as(() -> answers.get(0).body() + service.log())
        .containsAnyOf("200 ")
        .allSatisfy(answer -> assertThat(answer).matches("200 |503 5|429 [0-9]+"));
    assertThat(client.post(CLASSIFY, "image/png", Png.plain(40, 40, 1, 2, 3)).status())
        .isEqualTo(200);
    assertThat(service.isAlive()).isTrue();
  }

  private static byte[] wide() throws IOException {
    try (var in = SmallHeapTests.class.getResourceAsStream("/pictures/wide_16777216x1.png")) {
      return in.readAllBytes();
    }
  }

  @Test
  void wideRowsAreReadInLittleMemory() throws Exception {
    byte[] file = wide();
    assertThat(client.post(CLASSIFY, "image/png", file).status()).isEqualTo(200);
    assertSurvived(atOnce(8, () -> client.post(CLASSIFY, "image/png", file)));
  }

  @Test
  void manyWideRowsInOneRequestAreReadInLittleMemory() throws Exception {
    byte[] file = wide();
    var body = new Multipart();
    for (int i = 0; i < 16; i++) {
      body.file("image", "wide.png", file);
    }
    byte[] bytes = body.bytes();
    assertSurvived(atOnce(4, () -> client.post(CLASSIFY, Multipart.TYPE, bytes)));
  }

  @Test
  void manyLargeJsonBodiesWaitForEachOther() throws Exception {
    // Bytes after the end of a PNG are ignored.
    String image =
        Base64.getEncoder().encodeToString(Arrays.copyOf(Png.plain(9, 9, 1, 2, 3), 9 << 20));
    var body = new ByteArrayOutputStream();
    body.writeBytes("{\"images\":[\"%s\",\"%s\"]}".formatted(image, image).getBytes(US_ASCII));
    byte[] bytes = body.toByteArray();
    // Together they are larger than the heap.
    assertSurvived(atOnce(16, () -> client.post(CLASSIFY, "application/json", bytes)));
    assertSurvived(atOnce(16, () -> client.postInChunks(CLASSIFY, "application/json", bytes)));
  }

  @Test
  void manyLargeMultipartBodiesWaitForEachOther() throws Exception {
    byte[] image = Arrays.copyOf(Png.plain(9, 9, 1, 2, 3), 9 << 20);
    byte[] bytes =
        new Multipart().file("image", "a.png", image).file("image", "b.png", image).bytes();
    assertSurvived(atOnce(24, () -> client.post(CLASSIFY, Multipart.TYPE, bytes)));
  }

  @Test
  void manyRequestsOfManyPicturesWaitForEachOther() throws Exception {
    String image = '"' + Base64.getEncoder().encodeToString(Png.plain(32, 32, 1, 2, 3)) + '"';
    byte[] bytes =
        ("{\"images\":[" + String.join(",", Collections.nCopies(256, image)) + "]}")
            .getBytes(US_ASCII);
    assertSurvived(atOnce(48, () -> client.post(CLASSIFY, "application/json", bytes)));
  }
}
