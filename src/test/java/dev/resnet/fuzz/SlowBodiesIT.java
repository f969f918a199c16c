package dev.resnet.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.RunningService;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.training.checkpoint.Promote;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bodies that arrive byte by byte, or stop, on a real connection. They take as long as the limits
 * say, so they run with the fuzzer.
 */
@Tag("fuzz")
class SlowBodiesIT {
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String PARTS = "Content-Type: multipart/form-data; boundary=b\r\n";

  /** Milliseconds between two bytes. */
  private static final int PAUSE = 300;

  @TempDir private static Path home;
  private static RunningService service;

  @BeforeAll
  static void start() throws Exception {
    service =
        RunningService.start(
            home, "resnet.http.bodies.max-time=2s", "server.tomcat.connection-timeout=3s");
    service
        .context()
        .getBean(ModelRegistry.class)
        .register(TrainedModels.trained(home, "net", "job", 1), Promote.ALWAYS);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static Map<String, String> requests() {
    Map<String, String> requests = new LinkedHashMap<>();
    String classify = "POST /api/v1/models/net/classify HTTP/1.1\r\n";
    requests.put(classify + "Content-Type: image/png\r\n", "max-time");
    requests.put(classify + JSON, "max-time");
    requests.put(classify + PARTS, "max-time");
    requests.put("POST /v2/models/net/infer HTTP/1.1\r\n", "max-time");
    requests.put("POST /v2/repository/index HTTP/1.1\r\n", "max-time");
    requests.put("POST /api/v1/training-jobs HTTP/1.1\r\n" + JSON, "max-time");
    requests.put("PUT /api/v1/models/net/aliases/a HTTP/1.1\r\n" + JSON, "max-time");
    // Files take a thread, but no memory: they have a rate, averaged over half a minute.
    requests.put("PUT /api/v1/models/net/versions HTTP/1.1\r\n" + PARTS, "min-rate");
    requests.put("PUT /api/v1/datasets/slow HTTP/1.1\r\n", "min-upload-rate");
    return requests;
  }

  @Test
  void aBodyThatArrivesByteByByteIsAnswered408() throws Exception {
    for (Map.Entry<String, Future<String>> answer : answers(true).entrySet()) {
      assertThat(answer.getValue().get())
          .as(answer.getKey())
          .startsWith("HTTP/1.1 408 ")
          .contains(requests().get(answer.getKey()));
    }
    assertStillAnswers();
  }

  @Test
  void aBodyThatStopsEndsWithItsConnection() throws Exception {
    for (Map.Entry<String, Future<String>> answer : answers(false).entrySet()) {
      assertThat(answer.getValue().get()).as(answer.getKey()).matches("(?s)(|HTTP/1.1 4.*)");
    }
    assertStillAnswers();
  }

  private static Map<String, Future<String>> answers(boolean bytes) {
    Map<String, Future<String>> answers = new LinkedHashMap<>();
    var threads = Executors.newCachedThreadPool();
    for (String head : requests().keySet()) {
      answers.put(head, threads.submit(() -> answer(head, bytes)));
    }
    threads.shutdown();
    return answers;
  }

  /** What the service answers while bytes arrive one by one, or none arrives. */
  private static String answer(String head, boolean bytes) throws IOException {
    try (var socket = new Socket("127.0.0.1", service.port())) {
      String rest = "Host: localhost\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n--b\r\n";
      socket.getOutputStream().write((head + rest).getBytes(ISO_8859_1));
      socket.setSoTimeout(bytes ? PAUSE : 30_000);
      var answer = new StringBuilder();
      while (true) {
        try {
          int next = socket.getInputStream().read();
          if (next < 0) {
            return answer.toString();
          }
          answer.append((char) next);
        } catch (SocketTimeoutException e) {
          assertThat(bytes).as("an answer within 30 s").isTrue();
          send(socket, 'x');
        } catch (SocketException e) {
          return answer.toString(); // closed before it had read the last byte
        }
      }
    }
  }

  private static void send(Socket socket, int value) throws IOException {
    try {
      socket.getOutputStream().write(value);
    } catch (SocketException e) {
      // The service has answered, which the next read tells.
    }
  }

  private static void assertStillAnswers() throws Exception {
    assertThat(service.get("/api/v1/models/net", null).statusCode()).isEqualTo(200);
  }
}
