package dev.resnet.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo against a fake server that responds as documented. */
class DemoTests {
  private static final DemoProperties SETTINGS =
      new DemoProperties(
          "demo", 1, 2, 64, 2000, 400, 7, Duration.ofMillis(10), Duration.ofSeconds(5));
  private static final String JOBS = "/api/v1/training-jobs";
  private static final String JOB =
      """
      {"id": "j1", "status": "%s", "model": "demo", "depth": 8, "parameters": 78042,
       "waiting_for": %s, "error": %s, "model_version": 1,
       "progress": {"epoch": 2, "epochs": 2, "iteration": 45, "iterations": 62, "fraction": 0.726,
                    "train_loss": 0.81, "train_accuracy": 0.74, "images_per_second": 80.4,
                    "eta_seconds": 75}}""";
  private static final String EPOCH =
      """
      {"items": [{"epoch": 1, "train": {"cross_entropy": 1.5, "accuracy": 0.5},
        "test": {"loss": 1.25, "accuracy": 0.625}, "seconds": 25.4, "images_per_second": 80.0}]}""";

  private final Map<String, Deque<Answer>> answers = new HashMap<>();
  private final List<String> requests = new ArrayList<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private HttpServer server;

  private record Answer(int status, byte[] body) {}

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    answer("GET /actuator/health/readiness", 503, "{}");
    answer("GET /actuator/health/readiness", 200, "{}");
    answer("GET " + JOBS + "?size=100", 200, "{\"items\": []}");
    answers
        .computeIfAbsent("GET /api/v1/datasets/synthetic/images/test/7", key -> new ArrayDeque<>())
        .add(new Answer(200, png()));
    answer(
        "POST /api/v1/models/demo/classify?top_k=3",
        200,
        """
        {"predictions": [{"label": "ring", "top": [
          {"label": "ring", "probability": 0.93}, {"label": "disc", "probability": 0.05}]}]}""");
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void trainsClassifiesAndShowsTheNextSteps() throws Exception {
    answer("GET /api/v1/models/demo", 404, "{}");
    answer("POST " + JOBS, 202, job("QUEUED", "\"a free training slot\"", "null"));
    answer("GET " + JOBS + "/j1", 200, job("QUEUED", "\"a free training slot\"", "null"));
    answer("GET " + JOBS + "/j1/epochs?after=0", 200, "{\"items\": []}");
    answer("GET " + JOBS + "/j1", 200, job("RUNNING", "null", "null"));
    answer("GET " + JOBS + "/j1/epochs?after=0", 200, EPOCH);
    answer("GET " + JOBS + "/j1", 200, job("SUCCEEDED", "null", "null"));
    answer("GET " + JOBS + "/j1/epochs?after=1", 200, "{\"items\": []}");

    String output = run(true);

    assertThat(requests)
        .anySatisfy(
            request ->
                assertThat(request)
                    .startsWith("POST " + JOBS)
                    .contains("\"stack_n\":1", "\"dataset\":\"synthetic\"", "\"model\":\"demo\"")
                    .contains("\"epochs\":2", "\"train_limit\":2000", "\"recipe\":\"fast\""));
    assertThat(output)
        .contains("ResNet-8 (78,042 parameters)")
        .contains("\r\u001b[Kwaiting for a free training slot")
        .contains("epoch 1/2 done: training loss 1.500, accuracy 0.500; test loss 1.250")
        .contains("\r\u001b[Kepoch 2/2  batch 14/31  [#################-------]   73 %")
        .contains("loss 0.810  accuracy 0.740  80 img/s  1:15 left")
        .contains("registered as model 'demo', version 1")
        .contains("truth:      ring")
        .contains("prediction: ring                  93.0 %")
        .contains("The network is right.")
        .contains("▀")
        .contains("curl -X POST " + url() + JOBS)
        .contains(url() + "/swagger-ui.html");
  }

  @Test
  void writesPlainLinesWithoutATerminal() throws Exception {
    answer("GET /api/v1/models/demo", 404, "{}");
    answer("POST " + JOBS, 202, job("QUEUED", "null", "null"));
    answer("GET " + JOBS + "/j1", 200, job("RUNNING", "null", "null"));
    answer("GET " + JOBS + "/j1/epochs?after=0", 200, "{\"items\": []}");
    answer("GET " + JOBS + "/j1", 200, job("RUNNING", "null", "null"));
    answer("GET " + JOBS + "/j1", 200, job("SUCCEEDED", "null", "null"));

    String output = run(false);

    assertThat(output).doesNotContain("\r", "\u001b", "▀").contains("epoch 2/2  batch 14/31");
    assertThat(output.lines().filter(line -> line.contains("batch")))
        .as("not a line for each poll")
        .hasSize(1);
  }

  @Test
  void onlyClassifiesIfTheModelExists() throws Exception {
    answer("GET /api/v1/models/demo", 200, "{\"name\": \"demo\"}");
    assertThat(run(false)).contains("from an earlier start").contains("The network is right.");
    assertThat(requests).noneMatch(request -> request.startsWith("POST " + JOBS));
  }

  @Test
  void followsAJobOfAnEarlierStart() throws Exception {
    answers.remove("GET " + JOBS + "?size=100");
    answer("GET /api/v1/models/demo", 404, "{}");
    answer(
        "GET " + JOBS + "?size=100", 200, "{\"items\": [" + job("RUNNING", "null", "null") + "]}");
    answer("GET " + JOBS + "/j1", 200, job("SUCCEEDED", "null", "null"));
    answer("GET " + JOBS + "/j1/epochs?after=0", 200, "{\"items\": []}");

    assertThat(run(false)).contains("Continuing an unfinished training job").contains("version 1");
    assertThat(requests).noneMatch(request -> request.startsWith("POST " + JOBS));
  }

  @Test
  void saysWhyAJobFailedAndThatTheServiceKeepsRunning() throws Exception {
    answer("GET /api/v1/models/demo", 404, "{}");
    answer("POST " + JOBS, 202, job("QUEUED", "null", "null"));
    answer("GET " + JOBS + "/j1", 200, job("FAILED", "null", "\"The loss became NaN.\""));
    answer("GET " + JOBS + "/j1/epochs?after=0", 200, "{\"items\": []}");

    assertThat(run(false))
        .contains("The demo has failed: the job j1 is FAILED: The loss became NaN.")
        .contains("The service keeps running at " + url())
        .doesNotContain("Exception");
  }

  @Test
  void showsTheServicesErrorMessage() throws Exception {
    answer("GET /api/v1/models/demo", 404, "{}");
    answer(
        "POST " + JOBS,
        400,
        """
        {"detail": "One field is wrong.", "errors": [{"field": "epochs", "message": "is wrong"}]}""");
    assertThat(run(false))
        .contains("POST " + JOBS + " was answered with status 400: One field is wrong.")
        .contains("\"epochs\"");
  }

  @Test
  void failsIfTheServiceDoesNotBecomeReady() throws Exception {
    answers.remove("GET /actuator/health/readiness");
    answer("GET /actuator/health/readiness", 503, "{}");
    DemoProperties impatient =
        new DemoProperties(
            "demo", 1, 2, 64, 2000, 400, 7, Duration.ofMillis(10), Duration.ofMillis(50));
    new Demo(new ServiceClient(url()), terminal(false), impatient).run();
    assertThat(written.toString(UTF_8)).contains("did not become ready", "/actuator/health");
  }

  private String run(boolean terminal) throws InterruptedException {
    new Demo(new ServiceClient(url()), terminal(terminal), SETTINGS).run();
    return written.toString(UTF_8);
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(new PrintStream(written, false, UTF_8), interactive, interactive);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers to the same request are given in order; the last one is repeated. */
  private void answer(String request, int status, String body) {
    answers
        .computeIfAbsent(request, key -> new ArrayDeque<>())
        .add(new Answer(status, body.getBytes(UTF_8)));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    requests.add(request + " " + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    Deque<Answer> queue =
        answers.getOrDefault(
            request, new ArrayDeque<>(List.of(new Answer(500, request.getBytes(UTF_8)))));
    Answer answer = queue.size() > 1 ? queue.poll() : queue.peek();
    exchange.getResponseHeaders().set("X-Label", "ring");
    exchange.sendResponseHeaders(answer.status(), answer.body().length);
    exchange.getResponseBody().write(answer.body());
    exchange.close();
  }

  private static String job(String status, String waitingFor, String error) {
    return JOB.formatted(status, waitingFor, error);
  }

  private static byte[] png() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB), "png", bytes);
    return bytes.toByteArray();
  }
}
