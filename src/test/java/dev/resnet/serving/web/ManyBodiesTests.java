package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.pictures.Png;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many more bodies than the heap holds, all at once. Takes minutes: mvn -Pfaults verify. */
@Tag("faults")
class ManyBodiesTests {
  private static final int CLIENTS = 256;

  @TempDir private Path home;

  @Test
  void manyLargeBodiesDoNotExhaustASmallHeap() throws Exception {
    byte[] body = body();
    assertThat(body.length).isBetween(31 << 20, 32 << 20);
    try (var service = SmallHeapService.start(home, "768m")) {
      await().atMost(Duration.ofMinutes(2)).until(service::isReady);
      URI uri =
          URI.create("http://127.0.0.1:%d/api/v1/classify?resize=true".formatted(service.port()));
      var client = HttpClient.newBuilder().version(Version.HTTP_1_1).build();
      var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
      for (int i = 0; i < CLIENTS; i++) {
        answers.add(client.sendAsync(request(uri, body), BodyHandlers.ofString()));
      }
      var statuses =
          answers.stream()
              .map(CompletableFuture::join)
              .collect(groupingBy(HttpResponse::statusCode, Collectors.counting()));
      assertThat(statuses).as(service::log).containsKey(200);
      assertThat(statuses.keySet()).as(service::log).isSubsetOf(200, 429, 503);
      assertThat(service.isAlive()).isTrue();
      var after = client.send(request(uri, body), BodyHandlers.ofString());
      assertThat(after.statusCode()).as(after.body()).isEqualTo(200);
      assertThat(service.log()).doesNotContain("OutOfMemoryError");
    }
  }

  /** Bytes after the end of a PNG are ignored. */
  private static byte[] body() {
    String image =
        '"'
            + Base64.getEncoder()
                .encodeToString(Arrays.copyOf(Png.plain(9, 9, 1, 2, 3), (8 << 20) - 4096))
            + '"';
    return ("{\"images\":[" + String.join(",", image, image, image) + "]}").getBytes(US_ASCII);
  }

  private static HttpRequest request(URI uri, byte[] body) {
    return HttpRequest.newBuilder(uri)
        .timeout(Duration.ofMinutes(5))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }
}
