package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.DATABASE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.serving.web.ServingApplication.Client;
import dev.resnet.training.checkpoint.Promote;
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

/** The limits of a request, each at its boundary. */
@SpringBootTest(
    classes = ServingApplication.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      DATABASE,
      ALONE,
      "resnet.serving.max-body-size=16KB",
      "resnet.serving.max-image-size=2KB",
      "resnet.serving.max-images=60",
      "resnet.pictures.max-pixels=4096",
      "resnet.pictures.max-pixels-at-once=4096"
    })
class ClassifyLimitsTests {
  private static final String CLASSIFY = "/api/v1/classify?resize=true&top_k=1";
  private static final int BODY = 16_384;
  private static final int IMAGE = 2048;

  @TempDir private static Path home;

  @Autowired private ModelRegistry registry;
  @Autowired private Environment environment;
  private Client client;

  /** About 80 bytes. */
  private final byte[] tiny = Png.plain(1, 1, 1, 2, 3);

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry properties) {
    properties.add("resnet.home", home::toString);
  }

  /** Registering is idempotent on the job. */
  @BeforeEach
  void register() throws Exception {
    registry.register(TrainedModels.trained(home, "net", "job", 1), Promote.ALWAYS);
    client = Client.of(environment);
  }

  private static byte[] json(int images, byte[] file) {
    String base64 = '"' + Base64.getEncoder().encodeToString(file) + '"';
    return ("{\"images\":[" + String.join(",", Collections.nCopies(images, base64)) + "]}")
        .getBytes(UTF_8);
  }

  private static Multipart parts(int images, byte[] file) {
    var body = new Multipart();
    for (int i = 0; i < images; i++) {
      body.field("image", file);
    }
    return body;
  }

  private static void assertTooLarge(Answer answer, String setting) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(413);
    assertThat(answer.detail()).contains(setting);
    if (!setting.startsWith("server.")) {
      assertTellsEveryLimit(answer);
    }
  }

  /** An error for one limit must name all limits. */
  private static void assertTellsEveryLimit(Answer answer) {
    assertThat(answer.detail())
        .contains("16 kB", "resnet.serving.max-body-size")
        .contains("2 kB (resnet.serving.max-image-size)")
        .contains("60 images (resnet.serving.max-images)");
  }

  @Test
  void aBodyMayBeAsLargeAsTheLimitAndNoLarger() throws Exception {
    byte[] spaces = Arrays.copyOf(json(1, tiny), BODY);
    Arrays.fill(spaces, json(1, tiny).length, BODY, (byte) ' ');
    byte[] over = Arrays.copyOf(spaces, BODY + 1);
    over[BODY] = ' ';

    assertThat(client.post(CLASSIFY, "application/json", spaces).status()).isEqualTo(200);
    assertTooLarge(client.post(CLASSIFY, "application/json", over), "max-body-size");
    assertTooLarge(client.postInChunks(CLASSIFY, "application/json", over), "max-body-size");
  }

  @Test
  void aMultipartBodyIsLimitedToo() throws Exception {
    byte[] large = Arrays.copyOf(tiny, IMAGE);
    byte[] over = parts(8, large).bytes();
    assertThat(over.length).isGreaterThan(BODY);

    assertThat(client.post(CLASSIFY, Multipart.TYPE, parts(7, large).bytes()).status())
        .isEqualTo(200);
    assertTooLarge(client.post(CLASSIFY, Multipart.TYPE, over), "max-body-size");
    assertTooLarge(client.postInChunks(CLASSIFY, Multipart.TYPE, over), "max-body-size");
  }

  @Test
  void anImageMayBeAsLargeAsTheLimitAndNoLarger() throws Exception {
    byte[] largest = Arrays.copyOf(tiny, IMAGE);
    byte[] over = Arrays.copyOf(tiny, IMAGE + 1);

    assertThat(client.post(CLASSIFY, "image/png", largest).status()).isEqualTo(200);
    assertTellsEveryLimit(client.post(CLASSIFY, "image/png", over));
    Answer answer = client.post(CLASSIFY, "application/json", json(2, over));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.errors()).contains("images[0]: ", "images[1]: ", "2048 bytes");
  }

  @Test
  void aRequestMayHaveAsManyImagesAsTheLimitAndNoMore() throws Exception {
    assertThat(client.post(CLASSIFY, "application/json", json(60, tiny)).status()).isEqualTo(200);
    assertTooLarge(client.post(CLASSIFY, "application/json", json(61, tiny)), "max-images");
    assertThat(client.post(CLASSIFY, Multipart.TYPE, parts(60, tiny).bytes()).status())
        .isEqualTo(200);
    // The service counts a few images above the limit; Tomcat counts many more.
    for (int images : new int[] {61, 80}) {
      byte[] body = parts(images, new byte[0]).bytes();
      assertThat(body.length).isLessThan(BODY);
      assertTooLarge(client.post(CLASSIFY, Multipart.TYPE, body), "max-images");
    }
  }

  @Test
  void aPartsHeaderMayBeAsLongAsTheLimitAndNoLonger() throws Exception {
    // The rest of the header: everything except the name, with the empty line at the end.
    int rest = part(0).length - tiny.length - "------between\r\n\r\n------between--\r\n".length();
    assertThat(client.post(CLASSIFY, Multipart.TYPE, part(8192 - rest)).status()).isEqualTo(200);
    Answer answer = client.post(CLASSIFY, Multipart.TYPE, part(8193 - rest));
    assertTooLarge(answer, "server.tomcat.max-part-header-size");
    assertThat(answer.detail()).contains("part 0", "8192 bytes").doesNotContain("max-body-size");
  }

  private byte[] part(int name) {
    return new Multipart().file("image", "n".repeat(name), tiny).bytes();
  }

  @Test
  void aCompressedBodyIsLimitedByItsDecompressedSize() throws Exception {
    byte[] largest = Arrays.copyOf(json(1, tiny), BODY);
    Arrays.fill(largest, json(1, tiny).length, BODY, (byte) ' ');
    byte[] over = Arrays.copyOf(largest, BODY + 1);
    over[BODY] = ' ';

    assertThat(client.postGzip(CLASSIFY, "application/json", largest).status()).isEqualTo(200);
    assertTooLarge(client.postGzip(CLASSIFY, "application/json", over), "max-body-size");
    byte[] parts = parts(9, Arrays.copyOf(tiny, IMAGE)).bytes();
    assertTooLarge(client.postGzip(CLASSIFY, Multipart.TYPE, parts), "max-body-size");
  }

  @Test
  void aPictureMayHaveAsManyPixelsAsTheLimitAndNoMore() throws Exception {
    assertThat(client.post(CLASSIFY, "image/png", Png.plain(64, 64, 1, 2, 3)).status())
        .isEqualTo(200);
    Answer answer = client.post(CLASSIFY, "image/png", Png.plain(65, 64, 1, 2, 3));
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.detail()).contains("65×64").contains("4096");
  }

  @Test
  void aPictureOfNineHundredMillionPixelsIsRefusedByItsHeader() throws Exception {
    // The header and the first bytes of a stream of zeros: enough for a decoder to start.
    byte[] bomb = Png.of(30_000, 30_000, 1, Png.GREY).zeros(100_000);
    assertThat(bomb.length).isLessThan(IMAGE);

    Answer answer = client.post(CLASSIFY, "image/png", bomb);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.detail()).contains("30000×30000");
  }
}
