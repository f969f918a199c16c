package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import tools.jackson.databind.JsonNode;

class ProblemDetailsTests extends ApiOverHttp {
  @Test
  void aProblemSaysWhatIsWrongWithEveryField() throws Exception {
    HttpResponse<String> response = post("/fields", "{\"stack_n\": 0, \"epohcs\": 1}");

    JsonNode problem = problem(response, 400);
    assertThat(problem.propertyNames())
        .containsExactly("type", "title", "status", "detail", "request_id", "errors");
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
  void halfACharacterIsAnErrorThatStrictReadersCanRead() throws Exception {
    for (String body :
        new String[] {"{\"stack_n\": \"\\ud800\"}", "{\"stack_n\": \"a\\u0000b\"}"}) {
      assertThat(problem(post("/fields", body), 400).get("errors").toString())
          .contains("\"stack_n", "half of a surrogate pair");
    }
    problem(post("/fields", "{\"stack_n\": [1, {\"a\": \"x\\udc00\\ud800\"}]}"), 400);
    assertThat(detail(post("/fields", "{\"\\ud83d\": 1}"), 400)).contains("surrogate");
    JsonNode problem = problem(post("/fields", "{\"a\\u0000\": 1}"), 400);
    assertThat(problem.get("errors").toString()).contains("its name must not hold");
    // Cut off in the middle of a pair.
    String long79 = "a".repeat(78) + "\\ud83d\\ude00".repeat(4);
    problem = problem(post("/fields", "{\"" + long79 + "\": 1}"), 400);
    assertThat(problem.at("/errors/0/field").stringValue()).isEqualTo("a".repeat(78) + "😀…");
  }

  @Test
  void anUnreadableBodyIsABadRequest() throws Exception {
    assertThat(detail(post("/fields", "{\"stack_n\": }"), 400)).contains("line 1, column 13");
    assertThat(detail(post("/fields", ""), 400)).contains("empty");
    assertThat(detail(post("/body", "{\"name\": }"), 400)).contains("can't be read");
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
  void whatIsNotThereIs404WhateverTheClientAccepts() throws Exception {
    for (String accept : new String[] {"text/html", "image/png", "application/json"}) {
      assertThat(detail(send(request("/found/none").header("Accept", accept)), 404))
          .isEqualTo("There is no none.");
    }
    assertThat(get("/found/some").body()).isEqualTo("{\"name\":\"some\",\"size_limit\":1}");
    HttpResponse<String> html = send(request("/found/some").header("Accept", "text/html"));
    assertThat(detail(html, 406)).contains("text/html", "application/json");
    html = send(request("/found/typed").header("Accept", "text/html"));
    assertThat(detail(html, 406)).contains("text/html", "application/json");
    html =
        send(
            request("/found/some")
                .header("Accept", "text/html")
                .method("HEAD", BodyPublishers.noBody()));
    assertThat(html.statusCode()).isEqualTo(406);
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
}
