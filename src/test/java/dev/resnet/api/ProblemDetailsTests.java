package dev.resnet.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.Filter;
import java.io.ByteArrayInputStream;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:problems",
      "resnet.http.max-body-size=64KB",
      "spring.servlet.multipart.max-request-size=64KB",
      "spring.servlet.multipart.max-file-size=64KB",
      "server.tomcat.max-part-count=3",
      "management.endpoint.health.validate-group-membership=false"
    })
@ExtendWith(OutputCaptureExtension.class)
class ProblemDetailsTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @LocalServerPort private int port;

  @Test
  void aProblemSaysWhatIsWrongWithEveryField() throws Exception {
    HttpResponse<String> response = post("/fields", "{\"stack_n\": 0, \"epohcs\": 1}");

    JsonNode problem = problem(response, 400);
    assertThat(problem.propertyNames())
        .containsExactly("type", "title", "status", "detail", "errors");
    assertThat(problem.get("type").stringValue()).isEqualTo("about:blank");
    assertThat(problem.get("title").stringValue()).isEqualTo("Bad Request");
    assertThat(problem.get("detail").stringValue()).isEqualTo("2 fields are wrong; see 'errors'.");
    assertThat(problem.get("errors").toString())
        .isEqualTo(
            "[{\"field\":\"stack_n\",\"message\":\"must be a whole number from 1 to 200, was 0\"},"
                + "{\"field\":\"epohcs\",\"message\":\"is not a known field; did you mean"
                + " 'epochs'?\"}]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/csv", "image/png", "*/*", "text/html", "application/xml"})
  void aProblemIsJsonWhateverTheClientAccepts(String accept) throws Exception {
    assertThat(problem(send(request("/busy").header("Accept", accept)), 429).get("detail"))
        .hasToString("\"The queue is full; try again later.\"");
    problem(send(request("/nothing").header("Accept", accept)), 404);
    problem(send(request("/broken").header("Accept", accept)), 500);
  }

  @Test
  void tellsWhenToTryAgain() throws Exception {
    assertThat(get("/busy").headers().firstValue("Retry-After"))
        .as("1.5 seconds, rounded up")
        .hasValue("2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/typed/abc|id|must be a whole number of 64 bits, was \"abc\"",
        "/query?count=x|count|must be a whole number of 32 bits, was \"x\"",
        "/query?count=1&status=DONE|status|must be one of QUEUED, RUNNING, was \"DONE\"",
        "/query|count|is required"
      })
  void namesTheParameterAndWhatWasExpected(String path, String field, String message)
      throws Exception {
    JsonNode errors = problem(get(path), 400).get("errors");
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0).get("field").stringValue()).isEqualTo(field);
    assertThat(errors.get(0).get("message").stringValue()).isEqualTo(message);
  }

  @Test
  void anUnreadableBodyIsABadRequestThatSaysWhere() throws Exception {
    assertThat(detail(post("/body", "{\"name\": }"), 400)).contains("line 1, column 10");
    assertThat(detail(post("/body", ""), 400)).contains("missing");
    assertThat(problem(post("/body", "{\"naem\": \"x\"}"), 400).get("errors").toString())
        .contains("\"naem\"", "did you mean 'name'?");
    assertThat(problem(post("/body", "{\"size_limit\": \"x\"}"), 400).get("errors").toString())
        .contains("\"size_limit\"", "wrong type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/api/v1/nothing",
        "/webjars/none.js",
        "/error",
        "/%2e%2e%2f",
        "/actuator/nothing"
      })
  void whatIsNotThereIs404Or400(String path) throws Exception {
    HttpResponse<String> response = get(path);
    problem(response, response.statusCode());
    assertThat(response.statusCode()).isIn(404, 400);
  }

  @Test
  void aMethodThatIsNotThereIs405WithThoseThatAre() throws Exception {
    HttpResponse<String> response =
        send(request("/body").method("DELETE", BodyPublishers.noBody()));
    assertThat(detail(response, 405)).contains("DELETE /body", "POST");
    assertThat(response.headers().firstValue("Allow")).hasValue("POST");
    problem(send(request("/body").method("TRACE", BodyPublishers.noBody())), 405);
  }

  @Test
  void anAnswerThatCannotBeGivenAsAskedIs406() throws Exception {
    assertThat(detail(send(request("/query?count=1").header("Accept", "image/png")), 406))
        .contains("image/png", "application/json");
  }

  @Test
  void aContentTypeThatIsNotReadIs415WithThoseThatAre() throws Exception {
    HttpResponse<String> response =
        send(
            request("/body")
                .header("Content-Type", "text/yaml")
                .POST(BodyPublishers.ofString("name: x")));
    assertThat(detail(response, 415)).contains("text/yaml", "application/json");
  }

  @Test
  void theLargestBodyIsTakenAndOneByteMoreIs413() throws Exception {
    assertThat(send(bytes("/size", BodyPublishers.ofByteArray(new byte[65536]))).body())
        .isEqualTo("65536");
    assertThat(detail(send(bytes("/size", BodyPublishers.ofByteArray(new byte[65537]))), 413))
        .contains("64 kB", "resnet.http.max-body-size");
  }

  @Test
  void aBodyOfUnknownLengthIs413AsSoonAsItIsTooLarge() throws Exception {
    BodyPublisher chunked =
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[65537]));
    assertThat(detail(send(bytes("/size", chunked)), 413)).contains("64 kB");
  }

  @Test
  void aFeatureMayTakeLargerBodies() throws Exception {
    assertThat(send(bytes("/uploads/a", BodyPublishers.ofByteArray(new byte[100_000]))).body())
        .isEqualTo("100000");
    assertThat(
            detail(send(bytes("/uploads/a", BodyPublishers.ofByteArray(new byte[200_000]))), 413))
        .contains("128 kB", "resnet.uploads.max-size");
  }

  @Test
  void multipartBodiesHaveTheSameLimit() throws Exception {
    assertThat(send(multipart(1, 60_000, false)).body()).isEqualTo("1");
    assertThat(detail(send(multipart(1, 66_000, false)), 413)).contains("64 kB");
    assertThat(detail(send(multipart(1, 66_000, true)), 413))
        .contains("64 kB", "resnet.http.max-body-size");
    assertThat(detail(send(multipart(4, 10, false)), 413)).contains("server.tomcat.max-part-count");
  }

  @Test
  void anUnreadableMultipartBodyIsABadRequest() throws Exception {
    HttpRequest.Builder request =
        request("/images")
            .header("Content-Type", "multipart/form-data")
            .POST(BodyPublishers.ofString("x"));
    assertThat(detail(send(request), 400)).contains("boundary");
    assertThat(problem(send(multipart(0, 0, false)), 400).get("errors").toString())
        .contains("\"image\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/broken", "/filtered"})
  void anInternalErrorTellsAnIdThatIsInTheLogAndNothingElse(String path, CapturedOutput log)
      throws Exception {
    HttpResponse<String> response = get(path);
    JsonNode problem = problem(response, 500);
    assertThat(response.body()).doesNotContain("secret", "Exception", "dev.resnet");
    String id = problem.get("instance").stringValue();
    assertThat(id).startsWith("urn:uuid:");
    assertThat(log).contains(id).contains("the secret cause");
  }

  @Test
  void anUnreadableQueryIsABadRequest() throws Exception {
    assertThat(raw("GET /query?count=%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("application/problem+json")
        .contains("\"errors\":[]")
        .contains("percent-encoding");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /a[b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "NONSENSE\r\n\r\n"
      })
  void whatIsNotHttpIsAProblemWithoutTheServersName(String request) throws Exception {
    assertThat(raw(request))
        .startsWith("HTTP/1.1 400")
        .contains("application/problem+json")
        .contains("{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,")
        .doesNotContainIgnoringCase("tomcat")
        .doesNotContain("<html", "Exception", "org.apache");
  }

  @Test
  void pagesAreReadStrictly() throws Exception {
    assertThat(get("/items").body())
        .isEqualTo(
            "{\"items\":[\"created_at desc 0\"],\"page\":0,\"size\":20,\"total_items\":41,"
                + "\"total_pages\":3}");
    assertThat(get("/items?page=2&size=100&sort=epoch").body())
        .contains("epoch asc 200", "\"total_pages\":1");
    JsonNode errors = problem(get("/items?page=-1&size=101&sort=id,up"), 400).get("errors");
    assertThat(errors.valueStream().map(error -> error.get("field").stringValue()))
        .containsExactly("page", "size", "sort");
    assertThat(errors.get(2).get("message").stringValue()).contains("created_at, epoch");
  }

  @Test
  void theOpenApiDocumentAgreesWithTheRealJson() throws Exception {
    JsonNode openApi = JSON.readTree(get("/v3/api-docs").body());

    assertThat(openApi.at("/info/title").stringValue()).isEqualTo("resnet-service");
    assertThat(openApi.at("/components/schemas/Body/properties").propertyNames())
        .containsExactly("name", "size_limit");
    assertThat(openApi.at("/components/schemas/Problem/properties").propertyNames())
        .containsExactlyInAnyOrder("type", "title", "status", "detail", "instance", "errors");
    assertThat(openApi.at("/components/schemas/FieldError/properties").propertyNames())
        .contains("field", "message");
    openApi
        .get("paths")
        .propertyStream()
        .flatMap(path -> path.getValue().valueStream())
        .forEach(
            operation -> {
              for (String status : List.of("4XX", "5XX")) {
                assertThat(
                        operation
                            .at("/responses/" + status)
                            .at("/content/application~1problem+json/schema/$ref")
                            .stringValue(""))
                    .isEqualTo("#/components/schemas/Problem");
              }
            });
    assertThat(
            openApi
                .at("/paths/~1items/get/parameters")
                .valueStream()
                .map(parameter -> parameter.get("name").stringValue()))
        .containsExactly("page", "size", "sort");
    assertThat(openApi.at("/paths/~1error").isMissingNode()).isTrue();
  }

  @Test
  void swaggerUiIsThere() throws Exception {
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.ALWAYS)
            .build()
            .send(request("/swagger-ui.html").build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("swagger-ui");
    assertThat(get("/v3/api-docs/swagger-config").body()).contains("\"tryItOutEnabled\":true");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private HttpResponse<String> post(String path, String json) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  private HttpRequest.Builder bytes(String path, BodyPublisher body) {
    return request(path).header("Content-Type", "application/octet-stream").POST(body);
  }

  private HttpRequest.Builder multipart(int parts, int size, boolean chunked) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      body.append("--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n")
          .append("Content-Type: image/png\r\n\r\n")
          .append("a".repeat(size))
          .append("\r\n");
    }
    byte[] bytes = body.append("--x--\r\n").toString().getBytes(UTF_8);
    return request("/images")
        .header("Content-Type", "multipart/form-data; boundary=x")
        .POST(
            chunked
                ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))
                : BodyPublishers.ofByteArray(bytes));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static String detail(HttpResponse<String> response, int status) {
    return problem(response, status).get("detail").stringValue();
  }

  private static JsonNode problem(HttpResponse<String> response, int status) {
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

  record Body(String name, Integer sizeLimit) {}

  @SpringBootConfiguration
  @EnableAutoConfiguration
  @Import({
    WebConfiguration.class,
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

  @RestController
  static class Endpoints {
    @PostMapping("/fields")
    void fields(@RequestBody(required = false) byte[] body) {
      JsonFields fields = JsonFields.of(body);
      fields.integer("stack_n", 1, 1, 200);
      fields.integer("epochs", 1, 1, 1000);
      fields.finish();
    }

    @GetMapping("/busy")
    void busy() {
      throw new ProblemException(
          HttpStatus.TOO_MANY_REQUESTS,
          "The queue is full; try again later.",
          List.of(),
          Duration.ofMillis(1500));
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

    @PostMapping("/images")
    String images(@RequestParam("image") List<MultipartFile> images) {
      return Integer.toString(images.size());
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
