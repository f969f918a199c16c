package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.DATABASE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.serving.web.ServingApplication.Client;
import dev.resnet.training.checkpoint.Promote;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Memory limits for all bodies and all images together. */
@SpringBootTest(
    classes = ServingApplication.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      DATABASE,
      ALONE,
      "resnet.http.bodies.max-memory=1MB",
      // A request releases its memory after its response has been sent.
      "resnet.http.bodies.max-wait=2s",
      "resnet.serving.max-pictures-memory=1MB",
      "resnet.pictures.max-decode-memory=1MB",
      "resnet.serving.memory-wait=0s",
      "resnet.pictures.max-wait=0s"
    })
class BodyMemoryTests {
  private static final String CLASSIFY = "/api/v1/classify?resize=true&top_k=1";
  private static final int MEMORY = 1 << 20;

  @TempDir private static Path home;

  @Autowired private ModelRegistry registry;
  @Autowired private Environment environment;
  private Client client;

  private final byte[] tiny = Png.plain(1, 1, 1, 2, 3);

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry properties) {
    properties.add("resnet.home", home::toString);
  }

  @BeforeEach
  void register() throws Exception {
    registry.register(TrainedModels.trained(home, "net", "job", 1), Promote.IF_BETTER);
    client = Client.of(environment);
  }

  private byte[] json(int length) {
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) ' ');
    byte[] json =
        "{\"images\":[\"%s\"]}"
            .formatted(Base64.getEncoder().encodeToString(tiny))
            .getBytes(US_ASCII);
    System.arraycopy(json, 0, body, 0, json.length);
    return body;
  }

  private static void assertTooLarge(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(413);
    assertThat(answer.detail()).contains("1 MB", "resnet.http.bodies.max-memory");
  }

  @Test
  void aBodyMayTakeTheWholeBudgetAndNoMore() throws Exception {
    assertThat(client.post(CLASSIFY, "image/png", Arrays.copyOf(tiny, MEMORY)).status())
        .isEqualTo(200);
    assertTooLarge(client.post(CLASSIFY, "image/png", Arrays.copyOf(tiny, MEMORY + 1)));
    // A JSON body counts twice, a multipart body three times.
    assertThat(client.post(CLASSIFY, "application/json", json(MEMORY / 2)).status()).isEqualTo(200);
    assertTooLarge(client.post(CLASSIFY, "application/json", json(MEMORY / 2 + 1)));
    assertTooLarge(
        client.post(
            CLASSIFY,
            Multipart.TYPE,
            new Multipart().file("image", "a.png", Arrays.copyOf(tiny, MEMORY / 3)).bytes()));
    assertThat(
            client
                .post(
                    CLASSIFY,
                    Multipart.TYPE,
                    new Multipart()
                        .file("image", "a.png", Arrays.copyOf(tiny, MEMORY / 3 - 1000))
                        .bytes())
                .status())
        .isEqualTo(200);
  }

  @Test
  void aBodyOfUnknownLengthIsCountedAsWell() throws Exception {
    assertThat(client.postInChunks(CLASSIFY, "application/json", json(300_000)).status())
        .isEqualTo(200);
    assertTooLarge(client.postInChunks(CLASSIFY, "application/json", json(MEMORY)));
    assertThat(client.postInChunks(CLASSIFY, "application/json", json(300_000)).status())
        .as("memory of a refused request is free again")
        .isEqualTo(200);
  }

  @Test
  void furtherRequestsAreRefusedUntilTheFirstOneEnds() throws Exception {
    byte[] large = Arrays.copyOf(tiny, MEMORY);
    try (var socket = new Socket("127.0.0.1", client.port())) {
      String head =
          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
              .formatted(CLASSIFY, large.length);
      socket.getOutputStream().write(head.getBytes(US_ASCII));
      socket.getOutputStream().flush();
      Answer refused =
          await().until(() -> client.post(CLASSIFY, "image/png", large), a -> a.status() == 503);
      assertThat(refused.detail()).contains("busy", "resnet.http.bodies.max-memory");
      assertThat(refused.retryAfter()).isEqualTo("5");
      assertThat(client.post(CLASSIFY, "image/png", tiny).status())
          .as("small bodies do not wait")
          .isEqualTo(200);
    }
    // The client has disconnected in the middle of its body.
    await().until(() -> client.post(CLASSIFY, "image/png", large).status() == 200);
  }

  /** Such a body is not read, so it takes no memory. Clients of health checks need no key. */
  @Test
  void theBodyOfARequestThatOnlyReadsTakesNothing() throws Exception {
    try (var socket = new Socket("127.0.0.1", client.port())) {
      String head =
          "GET /actuator/health HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n--b\r\n";
      socket.getOutputStream().write(head.formatted(MEMORY / 4).getBytes(US_ASCII));
      socket.getOutputStream().flush();
      socket.setSoTimeout(10_000);
      assertThat(socket.getInputStream().read()).as("answered at once").isEqualTo('H');
      assertThat(client.post(CLASSIFY, "image/png", Arrays.copyOf(tiny, MEMORY)).status())
          .isEqualTo(200);
    }
  }

  @Test
  void theImagesOfARequestMayTakeTheWholeBudgetAndNoMore() throws Exception {
    assertThat(client.post(CLASSIFY, "application/json", images(64)).status()).isEqualTo(200);
    Answer answer = client.post(CLASSIFY, "application/json", images(65));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.detail()).contains("65 images", "resnet.serving.max-pictures-memory");
  }

  private byte[] images(int count) {
    String image = '"' + Base64.getEncoder().encodeToString(tiny) + '"';
    return ("{\"images\":[" + String.join(",", Collections.nCopies(count, image)) + "]}")
        .getBytes(US_ASCII);
  }

  @Test
  void anImageThatNeedsTooMuchMemoryIsRefusedWithTheAmount() throws Exception {
    Answer answer = client.post(CLASSIFY, "image/png", Png.interlaced(700, 700));
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.detail()).contains("2 MB", "1 MB", "resnet.pictures.max-decode-memory");
  }
}
