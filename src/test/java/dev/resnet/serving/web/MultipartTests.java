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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Every part of a multipart body gets a prediction or an error with its name. */
@SpringBootTest(
    classes = ServingApplication.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {DATABASE, ALONE})
class MultipartTests {
  private static final String CLASSIFY = "/api/v1/classify";
  private static final String GOOD = "Content-Disposition: form-data; name=\"image\"\r\n";

  @TempDir private static Path home;

  @Autowired private ModelRegistry registry;
  @Autowired private Environment environment;
  private Client client;

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry properties) {
    properties.add("resnet.home", home::toString);
  }

  @BeforeEach
  void register() throws Exception {
    registry.register(TrainedModels.trained(home, "net", "job", 1), Promote.ALWAYS);
    client = Client.of(environment);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Content-Disposition: form-data; filename=\"b.png\"|parts[1]: has no name;",
        "Content-Disposition: form-data|parts[1]: has no name;",
        "Content-Type: image/png|parts[1]: has no Content-Disposition;",
        "Content-Disposition: attachment; name=\"image\"|parts[1]: has no name;",
        "Content-Disposition: inline; name=\"image\"|parts[1]: has no name;",
        "Content-Disposition: form-data; name=\"\"|parts[1]: has no name;",
        "Content-Disposition: form-data; name=\"Image\"|Image: is an unknown part;",
        "Content-Disposition: form-data; name=\"images[]\"|images[]: is an unknown part;",
        "content-disposition: form-data; name=image|",
        "Content-Disposition: form-data; name=\"image\"; filename=\"grün.png\"|"
      })
  void aPartIsAPredictionOrAnError(String header, String error) throws Exception {
    Answer answer = client.post(CLASSIFY, "multipart/form-data; boundary=B", body(header));
    if (error == null) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(answer.json().get("predictions")).hasSize(2);
    } else {
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.errors()).startsWith(error).contains("image");
    }
  }

  @Test
  void aCompressedMultipartBodyIsRead() throws Exception {
    byte[] body = body("Content-Disposition: form-data; name=\"image\"");
    Answer answer = client.postGzip(CLASSIFY, "multipart/form-data; boundary=B", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().get("predictions")).hasSize(2);
    byte[] picture = Png.plain(32, 32, 1, 2, 3);
    assertThat(client.postGzip(CLASSIFY, "image/png", picture).status()).isEqualTo(200);
  }

  @Test
  void atMostAHundredWrongPartsAreListed() throws Exception {
    var body = new Multipart();
    for (int i = 0; i < 5000; i++) {
      body.field("part" + i, new byte[0]);
    }
    Answer answer = client.post(CLASSIFY, Multipart.TYPE, body.bytes());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("errors")).hasSize(100);
  }

  /** A body with a valid part and a part with this header. */
  private static byte[] body(String header) {
    String picture = new String(Png.plain(32, 32, 1, 2, 3), StandardCharsets.ISO_8859_1);
    String utf8 = new String(header.getBytes(UTF_8), StandardCharsets.ISO_8859_1);
    return ("--B\r\n"
            + GOOD
            + "\r\n"
            + picture
            + "\r\n--B\r\n"
            + utf8
            + "\r\n\r\n"
            + picture
            + "\r\n--B--\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
