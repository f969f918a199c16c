package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Conditional requests and compressed answers. */
class ETagTests extends ApiOverHttp {
  private static final String PATH = "/v3/api-docs";

  private String etag() throws Exception {
    HttpResponse<String> response = get(PATH);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("private, no-cache");
    return response.headers().firstValue("ETag").orElseThrow();
  }

  @Test
  void anAnswerThatTheClientHasIsNotSentAgain() throws Exception {
    String etag = etag();
    assertThat(etag).startsWith("W/\"");
    var unchanged = send(request(PATH).header("If-None-Match", etag));
    assertThat(unchanged.statusCode()).isEqualTo(304);
    assertThat(unchanged.body()).isEmpty();
    assertThat(unchanged.headers().firstValue("ETag")).hasValue(etag);
    assertThat(send(request(PATH).header("If-None-Match", "\"x\", " + etag)).statusCode())
        .isEqualTo(304);
    assertThat(send(request(PATH).header("If-None-Match", "\"x\"")).statusCode()).isEqualTo(200);
  }

  @Test
  void theSameTagHoldsForTheCompressedAnswer() throws Exception {
    var compressed =
        CLIENT.send(
            request(PATH).header("Accept-Encoding", "gzip").build(), BodyHandlers.ofByteArray());
    assertThat(compressed.headers().firstValue("Content-Encoding")).hasValue("gzip");
    assertThat(compressed.headers().firstValue("ETag")).hasValue(etag());
    try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed.body()))) {
      assertThat(JSON.readTree(in.readAllBytes())).isEqualTo(JSON.readTree(get(PATH).body()));
    }
  }

  @Test
  void smallAnswersAreNotCompressed() throws Exception {
    var response = send(request("/numbers").header("Accept-Encoding", "gzip"));
    assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
  }

  @Test
  void otherAnswersHaveNone() throws Exception {
    assertThat(get("/numbers").headers().firstValue("ETag")).isEmpty();
    assertThat(get("/found/typed").headers().firstValue("ETag")).hasValue("\"tag\"");
  }
}
