package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A client that has an answer, with its ETag, and asks whether it still holds. */
public final class Tagged {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final URI address;
  private String tag;
  private String body;

  public Tagged(int port, String path) throws IOException, InterruptedException {
    address = URI.create("http://127.0.0.1:" + port + path);
    keep(get(""));
  }

  private HttpResponse<String> get(String known) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(address);
    if (!known.isEmpty()) {
      request.header("If-None-Match", known);
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  private void keep(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    tag = answer.headers().firstValue("ETag").orElseThrow();
    body = answer.body();
  }

  /** The answer is not sent again, and would be the same. */
  public void assertUnchanged() throws IOException, InterruptedException {
    HttpResponse<String> again = get(tag);
    assertThat(again.statusCode()).as("%s, which was %s", again.body(), body).isEqualTo(304);
    assertThat(again.headers().firstValue("ETag")).hasValue(tag);
    HttpResponse<String> whole = get("");
    assertThat(whole.body()).isEqualTo(body);
    assertThat(whole.headers().firstValue("ETag")).hasValue(tag);
  }

  /** The tag is another one exactly if the answer is. */
  public void assertConsistent() throws IOException, InterruptedException {
    if (get(tag).statusCode() == 304) {
      assertUnchanged();
    } else {
      assertChanged();
    }
  }

  /** There is another answer with another tag; the client has that one from now on. */
  public void assertChanged() throws IOException, InterruptedException {
    String oldTag = tag;
    String oldBody = body;
    keep(get(tag));
    assertThat(tag).isNotEqualTo(oldTag);
    assertThat(body).isNotEqualTo(oldBody);
  }
}
