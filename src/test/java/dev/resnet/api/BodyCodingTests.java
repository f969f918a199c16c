package dev.resnet.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** Compressed request bodies. */
class BodyCodingTests extends ApiOverHttp {
  private static final byte[] NAMED = "{\"name\": \"grün\"}".getBytes(UTF_8);

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZip", "x-gzip", "identity, gzip"})
  void gzipIsDecoded(String coding) throws Exception {
    byte[] body = gzip(NAMED);
    assertThat(coded("/body", coding, BodyPublishers.ofByteArray(body)).body()).contains("grün");
    BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    assertThat(coded("/body", coding, chunked).body()).contains("grün");
  }

  @Test
  void deflateIsTheZlibFormat() throws Exception {
    byte[] body = deflated(NAMED);
    assertThat(coded("/body", "deflate", BodyPublishers.ofByteArray(body)).body()).contains("grün");
    byte[] cut = Arrays.copyOf(body, body.length - 6);
    assertThat(detail(coded("/size", "deflate", BodyPublishers.ofByteArray(cut)), 400))
        .contains("says deflate");
    byte[] bomb = deflated(new byte[60_000_000]);
    assertThat(detail(coded("/size", "deflate", BodyPublishers.ofByteArray(bomb)), 413))
        .contains("64 kB");
  }

  @Test
  void bodiesReadAsTextAndSeveralMembersAreDecodedToo() throws Exception {
    byte[] twice = concatenated(gzip("ab".getBytes(UTF_8)), gzip("cde".getBytes(UTF_8)));
    assertThat(coded("/size", "gzip", BodyPublishers.ofByteArray(twice)).body()).isEqualTo("5");
    assertThat(coded("/text", "gzip", BodyPublishers.ofByteArray(gzip("grün".getBytes(UTF_8)))))
        .extracting(HttpResponse::body)
        .isEqualTo("grün -1 null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "identity", "Identity"})
  void identityIsNoCoding(String coding) throws Exception {
    assertThat(coded("/body", coding, BodyPublishers.ofByteArray(NAMED)).body()).contains("grün");
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "gzip, deflate", "zstd", "gzip, gzip", "br, gzip", "nonsense"})
  void anotherCodingIs415WithTheOneThatWouldDo(String coding) throws Exception {
    HttpResponse<String> response = coded("/body", coding, BodyPublishers.ofByteArray(NAMED));
    assertThat(detail(response, 415))
        .contains("'" + coding + "'", "Content-Encoding: gzip' or 'deflate'");
    assertThat(response.headers().firstValue("Accept-Encoding")).hasValue("gzip, deflate");
  }

  @Test
  void aRequestWithoutABodyHasNoCoding() throws Exception {
    assertThat(send(request("/query?count=1").header("Content-Encoding", "br")).body())
        .isEqualTo("1");
  }

  @Test
  void theLimitIsThatOfTheDecodedBytes() throws Exception {
    assertThat(coded("/size", "gzip", BodyPublishers.ofByteArray(gzip(new byte[65536]))).body())
        .isEqualTo("65536");
    byte[] over = gzip(new byte[65537]);
    assertThat(over.length).isLessThan(1000);
    assertThat(detail(coded("/size", "gzip", BodyPublishers.ofByteArray(over)), 413))
        .contains("64 kB", "resnet.http.max-body-size");
    // A thousand times its size.
    byte[] bomb = gzip(new byte[60_000_000]);
    assertThat(bomb.length).isLessThan(65536);
    assertThat(detail(coded("/size", "gzip", BodyPublishers.ofByteArray(bomb)), 413))
        .contains("64 kB");
  }

  @Test
  void whatDoesNotCompressIsNotRefusedForTheFewBytesMore() throws Exception {
    byte[] noise = new byte[65536];
    new java.util.Random(1).nextBytes(noise);
    byte[] body = gzip(noise);
    assertThat(body.length).isGreaterThan(65536);
    assertThat(coded("/size", "gzip", BodyPublishers.ofByteArray(body)).body()).isEqualTo("65536");
  }

  /** zlib's bound for its default memory: 5 bytes for each block of 16383. */
  @ParameterizedTest
  @ValueSource(longs = {1, 64 << 10, 32 << 20, 1 << 30, 1L << 40})
  void thereIsRoomForContentThatDoesNotCompress(long size) {
    BodyLimit limit = new BodyLimit("/**", DataSize.ofBytes(size), "resnet.http.max-body-size");
    assertThat(ContentCoding.most(limit)).isGreaterThan(size + 5 * (size / 16383 + 1) + 18);
  }

  @Test
  void damagedGzipIsTheClientsFault() throws Exception {
    byte[] whole = gzip(NAMED);
    byte[] checksum = whole.clone();
    checksum[whole.length - 6] ^= 1;
    for (byte[] body :
        new byte[][] {
          NAMED,
          Arrays.copyOf(whole, 1),
          Arrays.copyOf(whole, whole.length - 9),
          Arrays.copyOf(whole, whole.length - 1),
          checksum,
          concatenated(whole, NAMED)
        }) {
      for (String path : new String[] {"/body", "/size", "/fields"}) {
        assertThat(detail(coded(path, "gzip", BodyPublishers.ofByteArray(body)), 400))
            .contains("says gzip");
      }
    }
  }

  /** The decoder keeps the name in a header, and passes over empty members without a word. */
  @Test
  void compressedBytesWithoutContentAreRefusedBeforeTheyFillTheMemory() throws Exception {
    byte[] name = new byte[1 << 20];
    Arrays.fill(name, (byte) 'A');
    byte[] endlessHeader =
        concatenated(new byte[] {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 3}, name);
    byte[] empty = gzip(new byte[0]);
    byte[] members = new byte[0];
    for (int i = 0; i < 13; i++) {
      members = i == 0 ? concatenated(empty, empty) : concatenated(members, members);
    }
    for (byte[] body : new byte[][] {endlessHeader, concatenated(members, gzip(NAMED))}) {
      BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
      assertThat(detail(coded("/size", "gzip", chunked), 400)).contains("64 kB", "no content");
      assertThat(detail(coded("/size", "gzip", BodyPublishers.ofByteArray(body)), 413))
          .contains("resnet.http.max-body-size");
    }
  }

  private HttpResponse<String> coded(String path, String coding, BodyPublisher body)
      throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", coding)
            .POST(body));
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  private static byte[] deflated(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var deflate = new DeflaterOutputStream(out)) {
      deflate.write(plain);
    }
    return out.toByteArray();
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
