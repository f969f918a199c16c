package dev.resnet.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What all endpoints share, behind a real port, with small endpoints that use it. */
@SpringBootTest(
    classes = ApiOverHttp.Service.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:problems",
      "resnet.http.max-body-size=64KB",
      "management.endpoint.health.validate-group-membership=false"
    })
@ExtendWith(OutputCaptureExtension.class)
abstract class ApiOverHttp {
  static final JsonMapper JSON = new JsonMapper();
  static final HttpClient CLIENT = HttpClient.newHttpClient();

  @LocalServerPort int port;

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  HttpResponse<String> post(String path, String json) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  HttpRequest.Builder bytes(String path, BodyPublisher body) {
    return request(path).header("Content-Type", "application/octet-stream").POST(body);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  static String detail(HttpResponse<String> response, int status) {
    return problem(response, status).get("detail").stringValue();
  }

  static JsonNode problem(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type"))
        .as(response.body())
        .hasValue("application/problem+json");
    JsonNode problem = JSON.readTree(response.body());
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(problem.get("errors").isArray()).isTrue();
    return problem;
  }

  enum Status {
    QUEUED,
    RUNNING
  }

  record Fields(@Min(1) @Max(200) Integer stackN, @Min(1) @Max(1000) Integer epochs) {}

  private static final JsonRequest<Fields> FIELDS = JsonRequest.of(Fields.class);

  record Body(String name, Integer sizeLimit) {}

  record Numbers(double one, @Nullable Double two, float three, List<Float> four, double[] five) {}

  @SpringBootConfiguration
  @EnableAutoConfiguration
  @Import({
    WebConfiguration.class,
    Http2Configuration.class,
    RequestIdConfiguration.class,
    OpenApiConfiguration.class,
    ProblemHandler.class,
    ProblemErrorController.class,
    Endpoints.class
  })
  static class Service {
    @Bean
    BodyLimit uploads() {
      return new BodyLimit("/uploads/*", DataSize.ofKilobytes(128), "resnet.uploads.max-size");
    }

    @Bean
    FilterRegistrationBean<Filter> brokenFilter() {
      FilterRegistrationBean<Filter> registration =
          new FilterRegistrationBean<>(
              (request, response, chain) -> {
                throw new IllegalStateException("the secret cause");
              });
      registration.addUrlPatterns("/filtered");
      return registration;
    }
  }

  @TestComponent // no other test's component scan finds it
  @RestController
  static class Endpoints {
    @PostMapping("/fields")
    void fields(@RequestBody(required = false) byte[] body) {
      FIELDS.read(body, (read, problems) -> {});
    }

    @GetMapping("/busy")
    void busy() {
      throw new ProblemException(
          HttpStatus.TOO_MANY_REQUESTS,
          "The queue is full; try again later.",
          List.of(),
          Duration.ofMillis(1500));
    }

    @GetMapping("/numbers")
    Numbers numbers() {
      return new Numbers(
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          List.of(1.5f, Float.NaN),
          new double[] {2.5, Double.NaN});
    }

    @GetMapping("/broken")
    void broken() {
      throw new IllegalStateException("the secret cause");
    }

    @GetMapping("/typed/{id}")
    long typed(@PathVariable long id) {
      return id;
    }

    @GetMapping(path = "/query", produces = "application/json")
    int query(@RequestParam int count, @RequestParam(required = false) Status status) {
      return count;
    }

    @Operation(summary = "A typed body")
    @PostMapping("/body")
    Body body(@RequestBody Body body) {
      return body;
    }

    @PostMapping({"/size", "/uploads/{name}"})
    String size(InputStream body) throws IOException {
      return Long.toString(body.readAllBytes().length);
    }

    @GetMapping(path = "/found/{name}", produces = "application/json")
    Body found(@PathVariable String name) {
      if (name.equals("none")) {
        throw new ProblemException(HttpStatus.NOT_FOUND, "There is no none.");
      }
      return new Body(name, 1);
    }

    @GetMapping(path = "/found/typed", produces = "application/json")
    ResponseEntity<Body> typed() {
      return ResponseEntity.ok()
          .contentType(MediaType.APPLICATION_JSON)
          .eTag("\"tag\"")
          .body(new Body("typed", 1));
    }

    @PostMapping("/text")
    String text(HttpServletRequest request) throws IOException {
      return request.getReader().readLine()
          + " "
          + request.getContentLengthLong()
          + " "
          + request.getHeader("Content-Encoding");
    }

    @GetMapping("/api/v1/things/{name}")
    @Parameter(name = "top_k", in = ParameterIn.QUERY)
    String things(
        @PathVariable String name,
        @RequestParam(required = false) String count,
        @RequestParam(name = "all", required = false) List<String> some,
        @Sortable(value = "epoch", defaultSort = "epoch") PageRequest page) {
      return name;
    }

    @GetMapping("/api/v1/typed")
    String typed(
        @RequestParam int needed,
        @RequestParam(defaultValue = "0") @Min(value = 0, message = "must be at least 0") int after,
        @RequestParam(required = false) Status status,
        @Sortable(value = "epoch", defaultSort = "epoch") PageRequest page) {
      return needed + " " + after + " " + status;
    }

    @PostMapping("/api/v1/things")
    String things(HttpServletRequest request) throws IOException {
      return request.getReader().readLine();
    }

    @GetMapping("/items")
    Page<String> items(
        @Sortable(
                value = {"created_at", "epoch"},
                defaultSort = "created_at,desc")
            PageRequest page) {
      String order = page.sortField() + (page.ascending() ? " asc " : " desc ") + page.offset();
      return Page.of(List.of(order), page, 41);
    }
  }
}
