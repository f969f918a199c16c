package dev.resnet.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** HTTP/2 without TLS. Java's client asks for an upgrade in its first request on a connection. */
class Http2Tests extends ApiOverHttp {
  private final HttpClient client = HttpClient.newBuilder().version(Version.HTTP_2).build();

  private HttpResponse<String> over(Version version, HttpRequest.Builder request) throws Exception {
    var response = client.send(request.build(), BodyHandlers.ofString());
    assertThat(response.version()).isEqualTo(version);
    return response;
  }

  private void upgrade() throws Exception {
    assertThat(over(Version.HTTP_2, request("/numbers")).statusCode()).isEqualTo(200);
  }

  @Test
  void aBodyGoesThroughTheSameFilters() throws Exception {
    upgrade();
    byte[] largest = new byte[64 << 10];
    assertThat(over(Version.HTTP_2, bytes("/size", BodyPublishers.ofByteArray(largest))).body())
        .isEqualTo("65536");
    byte[] over = new byte[(64 << 10) + 1];
    var refused = over(Version.HTTP_2, bytes("/size", BodyPublishers.ofByteArray(over)));
    assertThat(detail(refused, 413)).contains("64 kB");
    var streamed =
        over(
            Version.HTTP_2,
            bytes(
                "/size",
                BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(over))));
    assertThat(detail(streamed, 413)).contains("64 kB");
    assertThat(streamed.headers().firstValue("X-Request-Id")).isPresent();
    upgrade(); // the connection still works, or a new one is made
  }

  @Test
  void aCompressedBodyIsDecompressed() throws Exception {
    upgrade();
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(new byte[1000]);
    }
    var request =
        bytes("/size", BodyPublishers.ofByteArray(out.toByteArray()))
            .header("Content-Encoding", "gzip");
    assertThat(over(Version.HTTP_2, request).body()).isEqualTo("1000");
  }

  @Test
  void aFirstRequestWithABodyIsAnsweredOverHttp11() throws Exception {
    byte[] body = new byte[50_000];
    assertThat(over(Version.HTTP_1_1, bytes("/size", BodyPublishers.ofByteArray(body))).body())
        .isEqualTo("50000");
    var chunked =
        bytes("/size", BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)));
    assertThat(over(Version.HTTP_1_1, chunked).body()).isEqualTo("50000");
  }

  /** Java's client cancels the body of each answer that redirects it. */
  @Test
  void cancelledAnswersDoNotEndTheConnection() throws Exception {
    for (int i = 0; i < 100; i++) {
      var following = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();
      for (int again = 0; again < 2; again++) {
        var page =
            following.send(
                request("/swagger-ui.html").build(), HttpResponse.BodyHandlers.discarding());
        assertThat(page.version()).isEqualTo(Version.HTTP_2);
        assertThat(page.statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void aClientMayStartWithHttp2() throws Exception {
    try (var client = new Http2Wire(port)) {
      assertThat(client.read().settings()).containsEntry(Http2Wire.MAX_CONCURRENT_STREAMS, 100);
    }
  }

  @Test
  void aClientThatWaitsBeforeItSendsItsBodyIsNotAskedForARefusedOne() throws Exception {
    String[] expecting = {"expect", "100-continue", "content-length"};
    try (var client = new Http2Wire(port)) {
      client.read(Http2Wire.SETTINGS);
      client.request("POST", "/size", false, expecting[0], expecting[1], expecting[2], "70000");
      assertThat(client.read(Http2Wire.HEADERS)).isNotNull();
      // No further headers, so those were not "100 Continue".
      Http2Wire.Frame body = client.read();
      assertThat(body.type()).isEqualTo(Http2Wire.DATA);
      assertThat(new String(body.payload(), US_ASCII)).contains("64 kB");

      int stream =
          client.request("POST", "/size", false, expecting[0], expecting[1], expecting[2], "5");
      assertThat(client.read(Http2Wire.HEADERS).stream()).isEqualTo(stream);
      client.data(stream, new byte[5], true);
      assertThat(client.read(Http2Wire.HEADERS).stream()).isEqualTo(stream);
      assertThat(new String(client.read(Http2Wire.DATA).payload(), US_ASCII)).isEqualTo("5");
    }
    String head = "POST /size HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\n";
    assertThat(raw(head + "Content-Length: 70000\r\n\r\n")).startsWith("HTTP/1.1 413 ");
    assertThat(raw(head + "Content-Length: 5\r\n\r\n12345"))
        .startsWith("HTTP/1.1 100 ")
        .contains("HTTP/1.1 200 ");
  }
}
