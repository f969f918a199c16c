package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Preconditions and ranges of a checkpoint's download, as RFC 9110 has them. */
class DownloadTests extends JobsOverHttp {
  private static final String BEYOND = "bytes=99999999-";

  private String file;
  private String tag;
  private int size;

  @BeforeEach
  void train() throws Exception {
    training.allow(3);
    JsonNode job = awaitStatus(id(submit(SMALL)), "SUCCEEDED");
    file = path(job) + "/checkpoints/2";
    JsonNode listed = json(get(path(job) + "/checkpoints"), 200).get("items").get(0);
    size = listed.get("size").intValue();
    tag = '"' + listed.get("sha256").stringValue() + '"';
  }

  @Test
  void aPartIsSentAndNothingWhereThereIsNoSuchPart() throws Exception {
    for (String range : new String[] {"bytes=1-2", "Bytes=1-2", "bytes=1-2," + size + "-"}) {
      HttpResponse<String> part = ask("Range", range);
      assertThat(part.statusCode()).as(range).isEqualTo(206);
      assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 1-2/" + size);
      assertThat(part.headers().firstValue("Content-Type")).hasValue("application/zip");
      assertThat(part.headers().firstValue("Accept-Ranges")).hasValue("bytes");
      assertThat(part.headers().firstValue("Content-Disposition").orElseThrow()).contains(".zip");
      assertThat(part.headers().firstValue("ETag")).hasValue(tag);
      assertThat(part.body()).hasSize(2);
    }
    assertThat(ask("Range", "bytes=0-99999999999999999999").headers().firstValue("Content-Range"))
        .hasValue("bytes 0-%d/%d".formatted(size - 1, size));

    for (String range :
        new String[] {"bytes=" + size + "-", "bytes=-0", "bytes=99999999999999999999-"}) {
      HttpResponse<String> beyond = ask("Range", range);
      assertThat(detail(beyond, 416)).contains("The file has only " + size + " bytes");
      assertThat(beyond.headers().firstValue("Content-Range")).hasValue("bytes */" + size);
      assertThat(beyond.headers().firstValue("ETag")).isEmpty();
    }
  }

  @Test
  void severalPartsComeTogether() throws Exception {
    HttpResponse<String> parts = ask("Range", "bytes=0-1,-1,99999999-");
    assertThat(parts.statusCode()).isEqualTo(206);
    assertThat(parts.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("multipart/byteranges");
    assertThat(parts.body())
        .contains("Content-Range: bytes 0-1/" + size)
        .contains("Content-Range: bytes %d-%d/%d".formatted(size - 1, size - 1, size))
        .doesNotContain("99999999");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "items=0-1",
        "bytes=",
        "bytes=,",
        "bytes=2-1",
        "bytes=+0-1",
        "bytes=a-b",
        "bytes=--1",
        "bytes",
        "bytes=0-,0-"
      })
  void aRangeThatCannotBeReadIsIgnored(String range) throws Exception {
    whole(ask("Range", range));
  }

  @Test
  void aRangeOfAnotherVersionGetsTheWholeFile() throws Exception {
    for (String range : new String[] {"bytes=0-9", BEYOND}) {
      for (String other :
          new String[] {"\"x\"", "W/" + tag, "Wed, 21 Oct 2026 07:28:00 GMT", "nonsense"}) {
        whole(ask("If-Range", other, "Range", range));
      }
    }
    whole(ask("If-Range", tag));
    assertThat(ask("If-Range", tag, "Range", "bytes=0-9").statusCode()).isEqualTo(206);
    assertThat(ask("If-Range", tag, "Range", BEYOND).statusCode()).isEqualTo(416);
  }

  @Test
  void whatTheClientHasIsNotSentAgain() throws Exception {
    for (String known : new String[] {tag, "\"x\", " + tag, "W/" + tag, "*"}) {
      for (String range : new String[] {"bytes=0-9", BEYOND}) {
        HttpResponse<String> same = ask("If-None-Match", known, "Range", range);
        assertThat(same.statusCode()).as(known).isEqualTo(304);
        assertThat(same.headers().firstValue("ETag")).hasValue(tag);
        assertThat(same.body()).isEmpty();
      }
    }
    whole(ask("If-None-Match", "\"x\""));
  }

  @Test
  void whatTheClientInsistsOnIsSentOrNothing() throws Exception {
    for (String other : new String[] {"\"a\"", "W/" + tag, "nonsense"}) {
      HttpResponse<String> refused = ask("If-Match", other, "If-None-Match", tag, "Range", BEYOND);
      assertThat(detail(refused, 412)).contains(tag, "If-Match");
    }
    whole(ask("If-Match", tag));
    whole(ask("If-Match", "\"a\", " + tag));
    whole(ask("If-Match", "*"));
    assertThat(ask("If-Match", tag, "If-None-Match", tag).statusCode()).isEqualTo(304);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=0-9", BEYOND})
  void headKnowsNoRanges(String range) throws Exception {
    HttpResponse<String> head =
        send(request(file).header("Range", range).method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(size);
    assertThat(head.headers().firstValue("ETag")).hasValue(tag);
    assertThat(head.body()).isEmpty();
  }

  private HttpResponse<String> ask(String... headers) throws Exception {
    return send(request(file).headers(headers));
  }

  private void whole(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(size);
    assertThat(response.headers().firstValue("Content-Range")).isEmpty();
    assertThat(response.headers().firstValue("ETag")).hasValue(tag);
    assertThat(response.headers().firstValue("Accept-Ranges")).hasValue("bytes");
  }
}
