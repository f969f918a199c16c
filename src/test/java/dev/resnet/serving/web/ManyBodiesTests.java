package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.pictures.Png;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many more bodies than the heap holds, all at once. Takes minutes: mvn -Pfaults verify. */
@Tag("faults")
class ManyBodiesTests {
  private static final int CLIENTS = 256;

  /** The status of an answer that did not arrive. */
  private static final int LOST = 0;

  @TempDir private Path home;

  @Test
  void manyLargeBodiesDoNotExhaustASmallHeap() throws Exception {
    byte[] body = body();
    assertThat(body.length).isBetween(31 << 20, 32 << 20);
    try (var service = SmallHeapService.start(home, "768m")) {
      await().atMost(Duration.ofMinutes(2)).until(service::isReady);
      var threads = Executors.newFixedThreadPool(CLIENTS);
      try {
        var answers = new ArrayList<Future<Integer>>();
        for (int i = 0; i < CLIENTS; i++) {
          answers.add(threads.submit(() -> status(service.port(), body)));
        }
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (Future<Integer> answer : answers) {
          statuses.merge(answer.get(), 1, Integer::sum);
        }
        System.getLogger(ManyBodiesTests.class.getName()).log(Level.INFO, "Statuses: " + statuses);
        assertThat(statuses).as(service::log).containsKey(200);
        assertThat(statuses.keySet()).as(service::log).isSubsetOf(200, 429, 503, LOST);
      } finally {
        threads.shutdownNow();
      }
      assertThat(service.isAlive()).isTrue();
      assertThat(status(service.port(), body)).isEqualTo(200);
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

  /**
   * Sends a body. Java's HTTP client would buffer all of them. A server that answers before it has
   * read the body reads a part of the rest and closes the connection, so its answer may be lost.
   */
  private static int status(int port, byte[] body) throws IOException {
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout((int) Duration.ofMinutes(5).toMillis());
      String head =
          "POST /api/v1/classify?resize=true HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                  .formatted(body.length);
      try {
        socket.getOutputStream().write(head.getBytes(US_ASCII));
        socket.getOutputStream().write(body);
      } catch (SocketException e) {
        // The answer may have come before the rest of the body was sent.
      }
      byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      return line.length < "HTTP/1.1 200".length()
          ? LOST
          : Integer.parseInt(new String(line, US_ASCII).substring(9));
    } catch (SocketException e) {
      return LOST;
    }
  }
}
