package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Answer;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests for a classification that are refused: what is wrong, where, and what to do. */
class ClassifyRefusalTests extends ClassifyOverHttp {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "top_k=0",
        "top_k=11",
        "top_k=-1",
        "top_k=x",
        "top_k=",
        "top_k",
        "top_k=99999999999"
      })
  void aWrongTopKIsRefusedWithItsRange(String query) throws Exception {
    Answer answer = client.post(CLASSIFY + "?" + query + "&resize=perhaps", "image/png", png(1));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errors())
        .contains("top_k: must be a whole number from 1 to 10")
        .contains("resize: must be true or false");
    assertThat(answer.detail()).isEqualTo("2 fields are wrong; see 'errors'.");
    assertThat(client.post(CLASSIFY + "?" + query, "image/png", png(1)).detail())
        .isEqualTo("One field is wrong: top_k must be a whole number from 1 to 10.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tta=rotate", "tta=", "tta", "tta=Flip"})
  void anUnknownAugmentationIsRefused(String query) throws Exception {
    Answer answer = client.post(CLASSIFY + "?heatmap=1&" + query, "image/png", png(1));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errors())
        .contains("tta: must be flip")
        .contains("heatmap: must be true or false");
  }

  @Test
  void everyBadImageIsNamedAtOnce() throws Exception {
    String body =
        """
        {"images": ["%s", "not base64!", "%s", "%s", "", "data:image/png,abc"]}
        """
            .formatted(
                base64(png(1)),
                base64("%PDF-1.7".getBytes(UTF_8)),
                base64(Png.plain(31, 32, 0, 0, 0)));
    Answer answer = client.post(CLASSIFY, "application/json", body.getBytes(UTF_8));

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.type()).startsWith("application/problem+json");
    assertThat(answer.errors().lines().map(line -> line.substring(0, 22)).toList())
        .containsExactly(
            "images[1]: is not base",
            "images[2]: is not a PN",
            "images[3]: is 31×32 pi",
            "images[4]: is empty; s",
            "images[5]: is a data U");
    assertThat(answer.detail()).startsWith("5 of 6 images");
  }

  @Test
  void badPartsAreNamedByTheirPlace() throws Exception {
    byte[] body =
        new Multipart()
            .file("image", "a.png", png(1))
            .file("image", "b.png", "text".getBytes(UTF_8))
            .bytes();
    Answer answer = client.post(CLASSIFY, Multipart.TYPE, body);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.errors())
        .isEqualTo(
            "image[1]: is not a PNG, JPEG, GIF, BMP, WebP or TIFF file; send one of these\n");
  }

  @Test
  void partsOfOtherNamesAreRefused() throws Exception {
    byte[] body =
        new Multipart().file("image", "a.png", png(1)).field("top_k", "3".getBytes(UTF_8)).bytes();
    Answer answer = client.post(CLASSIFY, Multipart.TYPE, body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errors()).startsWith("top_k: is an unknown part");
    assertThat(answer.detail()).startsWith("One field is wrong: top_k is an unknown part;");
    assertThat(client.post(CLASSIFY, Multipart.TYPE, new Multipart().bytes()).errors())
        .startsWith("image: is required");
  }

  @Test
  void aBrokenMultipartBodyIsTheClientsFault() throws Exception {
    byte[] whole = new Multipart().file("image", "a.png", png(1)).bytes();
    for (Answer answer :
        new Answer[] {
          client.post(CLASSIFY, "multipart/form-data", whole),
          client.post(CLASSIFY, Multipart.TYPE, Arrays.copyOf(whole, 60)),
          client.post(CLASSIFY, Multipart.TYPE, Arrays.copyOf(whole, 1000))
        }) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.detail()).contains("multipart");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                  | not a JSON object",
        "{                                   | not JSON",
        "{\"images\": [\"a\"]} x             | not JSON",
        "{\"images\": [\"a\"]} {}            | continues",
      })
  void invalidJsonIsRefusedWithTheExpectedForm(String body, String message) throws Exception {
    Answer answer = client.post(CLASSIFY, "application/json", body.getBytes(UTF_8));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.detail()).contains(message).doesNotContain("tools.jackson");
  }

  @Test
  void everyBadFieldIsNamedAtOnce() throws Exception {
    String body =
        """
        {"image": "x", "images": ["%s", 7, null, {"a": [1]}], "top_k": {"b": []}}
        """
            .formatted(base64(png(1)));
    Answer answer = client.post(CLASSIFY, "application/json", body.getBytes(UTF_8));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errors().lines().map(line -> line.split(":")[0]).toList())
        .containsExactly("image", "images[1]", "images[2]", "images[3]", "top_k");
    assertThat(client.post(CLASSIFY, "application/json", "{}".getBytes(UTF_8)).errors())
        .startsWith("images: is required");
    assertThat(client.post(CLASSIFY, "application/json", "{}".getBytes(UTF_8)).detail())
        .startsWith("One field is wrong: images is required:");
    assertThat(
            client.post(CLASSIFY, "application/json", "{\"images\":[]}".getBytes(UTF_8)).errors())
        .startsWith("images: is empty");
    assertThat(
            client
                .post(CLASSIFY, "application/json", "{\"images\":\"a\"}".getBytes(UTF_8))
                .errors())
        .startsWith("images: must be an array");
  }

  @Test
  void aThousandBadFieldsGetAShortResponse() throws Exception {
    String fields =
        IntStream.range(0, 1000)
            .mapToObj(i -> "\"%s%d\":0".formatted("x".repeat(1000), i))
            .collect(Collectors.joining(",", "{", "}"));
    Answer answer = client.post(CLASSIFY, "application/json", fields.getBytes(UTF_8));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("errors").size()).isEqualTo(100);
    assertThat(answer.body().length()).isLessThan(50_000);
  }

  @Test
  void otherTypesAreRefusedWithTheAcceptedOnes() throws Exception {
    for (String type : new String[] {"image/heic", "text/plain", null}) {
      Answer answer = client.post(CLASSIFY, type, "%PDF-1.7".getBytes(UTF_8));
      assertThat(answer.status()).isEqualTo(415);
      assertThat(answer.detail())
          .contains(
              "image/png, image/jpeg, image/gif, image/bmp, image/webp, image/tiff, multipart/form-data",
              "application/json");
    }
    assertThat(client.post(CLASSIFY, "image/png", "%PDF-1.7".getBytes(UTF_8)).status())
        .isEqualTo(422);
    assertThat(client.post(CLASSIFY, "image/png", new byte[0]).status()).isEqualTo(400);
  }

  @Test
  void anUnknownModelOrVersionIsAnsweredWithWhatExists() throws Exception {
    Answer unknown = client.post("/api/v1/models/cats/classify", "image/png", png(1));
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.detail()).contains("'cats'").contains("net, other");

    Answer version = client.post("/api/v1/models/net/versions/9/classify", "image/png", png(1));
    assertThat(version.status()).isEqualTo(404);
    assertThat(version.detail()).contains("no version 9").contains("versions 2, 1");
  }
}
