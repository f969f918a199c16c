package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.resnet.memory.MemoryBudget;
import dev.resnet.pictures.PictureReader;
import dev.resnet.serving.PicturesMemory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.test.util.ReflectionTestUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every bad request gets its status and a message that says what is wrong, and leaves nothing. */
class BadRequestsTests extends ClassifyOverHttp {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Connections that are kept alive or are being closed; far fewer than there are requests. */
  private static final int CONNECTIONS = 20;

  @Autowired private ApplicationContext context;
  @Autowired private MeterRegistry meters;
  @Autowired private PicturesMemory images;
  @Autowired private PictureReader pictures;

  static Stream<BadRequest> requests() {
    return Stream.of(BadPictures.all().stream(), BadBodies.all(), BadUploads.all().stream())
        .flatMap(all -> all);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void getsItsStatusAndSaysWhy(BadRequest bad) throws Exception {
    HttpResponse<String> answer = send(bad);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(bad.status());
    assertThat(message(answer)).contains(bad.word()).doesNotContain("Exception");
  }

  /** The detail of a problem, or the protocol's error; of an answer, the whole. */
  private static String message(HttpResponse<String> answer) {
    if (answer.statusCode() == 200) {
      return answer.body();
    }
    JsonNode json = JsonMapper.shared().readTree(answer.body());
    return json.path("detail").asString("") + json.path("error").asString("");
  }

  private HttpResponse<String> send(BadRequest bad) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + client.port() + bad.path()))
            .timeout(Duration.ofSeconds(20))
            .method(bad.method(), BodyPublishers.ofByteArray(bad.body()));
    bad.headers().forEach(request::header);
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  static List<String> messages() {
    String head = "POST /api/v1/models/net/classify HTTP/1.1\r\nHost: localhost\r\n";
    return List.of(
        head + "Content-Length: x\r\n\r\n",
        head + "Content-Length: -1\r\n\r\n",
        head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        head + "Content-Length: 99999999999999999999\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc",
        head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        head + "Content-Length: 1000\r\nContent-Type: image/png\r\n\r\n\u0089PNG\r\n\u001a\n",
        head + "Content-Length: 1000\r\nContent-Type: application/json\r\n\r\n{",
        head + "Content-Length: 1000\r\nContent-Type: " + Multipart.TYPE + "\r\n\r\n------between",
        head.replace("classify", "classify\0") + "\r\n",
        head + "X: " + "x".repeat(20_000) + "\r\n\r\n",
        "PUT /api/v1/models/bad/versions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n"
            + "Content-Type: "
            + Multipart.TYPE
            + "\r\n\r\n------between\r\n",
        "POST /v2/models/net/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{");
  }

  /** Lengths that lie; the client ends its side of the connection where its bytes end. */
  @ParameterizedTest
  @MethodSource("messages")
  void aMessageThatIsNoHttpOrEndsEarlyIsNotTheServicesFault(String message) throws Exception {
    assertThat(raw(message)).matches("(?s)(|HTTP/1.1 4.*)");
  }

  private String raw(String message) throws IOException {
    try (var socket = new Socket("127.0.0.1", client.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(message.getBytes(ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @Test
  void nothingStaysOfThem() throws Exception {
    assertThat(client.post(CLASSIFY, "image/png", png(1)).status()).isEqualTo(200);
    List<Path> files = filesOfTheService();
    long open = openFiles();

    sendAll();

    assertThat(client.post(CLASSIFY, "image/png", png(1)).status()).isEqualTo(200);
    // A request gives its memory back after its answer has been sent.
    await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .untilAsserted(
            () -> {
              assertThat(openFiles()).isLessThan(open + CONNECTIONS);
              assertThat(filesOfTheService()).isEqualTo(files);
              assertAllMemoryIsFree();
              for (String state : List.of("computing", "waiting")) {
                assertThat(meters.find("resnet.inference." + state).gauges())
                    .extracting(Gauge::value)
                    .containsOnly(0.0);
              }
            });
  }

  private void sendAll() throws Exception {
    for (BadRequest bad : requests().toList()) {
      send(bad);
    }
    for (String message : messages()) {
      raw(message);
    }
  }

  private static long openFiles() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }

  private List<Path> filesOfTheService() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void assertAllMemoryIsFree() {
    var filter = context.getBean("bodyMemoryFilter", FilterRegistrationBean.class).getFilter();
    assertFree((MemoryBudget) ReflectionTestUtils.getField(filter, "budget"));
    assertFree((MemoryBudget) ReflectionTestUtils.getField(pictures, "memory"));
    assertFree(images.tensors());
    assertFree(images.files());
    assertThat(((Semaphore) ReflectionTestUtils.getField(pictures, "pixels")).availablePermits())
        .isEqualTo(33_554_432);
  }

  private static void assertFree(MemoryBudget budget) {
    long bytes = budget.size().toBytes();
    boolean forSmall = (long) ReflectionTestUtils.getField(budget, "small") >= 0;
    assertThat(permits(budget, "units")).isEqualTo(bytes / 1024);
    // A quarter of the whole, which is a third of the rest.
    assertThat(permits(budget, "unitsForSmall")).isEqualTo(forSmall ? bytes / 3 / 1024 : 0);
  }

  private static long permits(MemoryBudget budget, String semaphore) {
    return ((Semaphore) ReflectionTestUtils.getField(budget, semaphore)).availablePermits();
  }
}
