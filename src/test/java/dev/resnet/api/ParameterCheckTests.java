package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** No parameter of the API does nothing in silence. */
class ParameterCheckTests extends ApiOverHttp {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "?topk=1|topk|is not a known parameter; did you mean 'top_k'? this call has all, count, page,"
            + " size, sort, top_k",
        "?x|x|is not a known parameter; this call has all, count, page, size, sort, top_k",
        "?size=1&size=2|size|is given 2 times; give it once",
        "?top_k=1&top_k=1|top_k|is given 2 times; give it once",
        "?count=1&Count=1|Count|is not a known parameter; did you mean 'count'? this call has all,"
            + " count, page, size, sort, top_k",
        "?count=1%00|count|must not hold control characters",
        "?count=%0a|count|must not hold control characters",
        "?count=%C2%85|count|must not hold control characters"
      })
  void aWrongParameterIsNamed(String query, String field, String message) throws Exception {
    JsonNode errors = problem(get("/api/v1/things/a" + query), 400).get("errors");
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0).get("field").stringValue()).isEqualTo(field);
    assertThat(errors.get(0).get("message").stringValue()).isEqualTo(message);
  }

  @Test
  void allWrongParametersAreToldAtOnce() throws Exception {
    JsonNode errors = problem(get("/api/v1/things/a?x=1&y=2&size=1&size=2"), 400).get("errors");
    assertThat(errors.valueStream().map(error -> error.get("field").stringValue()))
        .containsExactly("x", "y", "size");
  }

  @Test
  void typesAndRangesAreToldWithTheRest() throws Exception {
    JsonNode errors =
        problem(get("/api/v1/typed?after=-1&status=done&size=101&sort=x&page=p&pgae=1"), 400)
            .get("errors");
    assertThat(
            errors
                .valueStream()
                .map(
                    error ->
                        error.get("field").stringValue()
                            + " "
                            + error.get("message").stringValue()))
        .containsExactly(
            "pgae is not a known parameter; did you mean 'page'? this call has after, needed, page,"
                + " size, sort, status",
            "after must be at least 0",
            "needed is required",
            "page must be a whole number from 0 to 2147483647, was \"p\"",
            "size must be a whole number from 1 to 100, was \"101\"",
            "sort must be a field, optionally with ,asc or ,desc, such as epoch; the fields are"
                + " epoch; was \"x\"",
            "status must be one of QUEUED, RUNNING, was \"done\"");
    assertThat(problem(get("/api/v1/typed?needed=x&after=y"), 400).get("errors")).hasSize(2);
    assertThat(get("/api/v1/typed?needed=3&status=QUEUED").body()).isEqualTo("3 0 QUEUED");
    assertThat(get("/api/v1/typed?needed=3&after=&status").body()).isEqualTo("3 0 null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?",
        "?count=3&top_k=2&page=0&size=3&sort=epoch",
        "?all=1&all=2",
        "?top%5fk=1",
        "?&&count=3&",
        "?count=%F0%9F%98%80"
      })
  void whatIsDeclaredIsTaken(String query) throws Exception {
    assertThat(get("/api/v1/things/a" + query).statusCode()).isEqualTo(200);
  }

  @Test
  void aCallWithoutParametersSaysSo() throws Exception {
    assertThat(
            problem(send(request("/api/v1/things?x=1").POST(BodyPublishers.ofString("body"))), 400)
                .get("errors")
                .toString())
        .contains("this call has none");
    // The body, which calls itself a form as curl's do, is left to whom it is for.
    assertThat(
            send(request("/api/v1/things")
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString("x=1")))
                .body())
        .isEqualTo("x=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a%01", "a%7F", "%C2%80"})
  void aPathHoldsNoControlCharacters(String name) throws Exception {
    assertThat(problem(get("/api/v1/things/" + name), 400).get("errors").toString())
        .contains("control characters");
  }

  @Test
  void aQueryThatCannotBeDecodedIsABadRequest() throws Exception {
    assertThat(raw("GET /api/v1/things/a?x=%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("percent-encoding");
  }
}
