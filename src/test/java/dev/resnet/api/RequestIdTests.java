package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;

/** Ids of requests and traces: in headers, problems and log lines. */
class RequestIdTests extends ApiOverHttp {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

  private static String id(HttpResponse<String> response) {
    List<String> ids = response.headers().allValues("X-Request-Id");
    assertThat(ids).hasSize(1);
    return ids.get(0);
  }

  private HttpRequest.Builder with(String path, String header, String value) {
    return request(path).header(header, value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "Order-7_of.8",
        "0123456789012345678901234567890123456789012345678901234567890123"
      })
  void aSoundIdIsTakenOver(String sent) throws Exception {
    assertThat(id(send(with("/numbers", "X-Request-Id", sent)))).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01234567890123456789012345678901234567890123456789012345678901234",
        "a b",
        "a/b",
        "a%0aINFO",
        "${jndi:x}",
        "a\tb",
        "\u00e4"
      })
  void anyOtherIsReplaced(String sent) throws Exception {
    String answer =
        raw(
            "GET /numbers HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: %s\r\nConnection: close\r\n\r\n"
                .formatted(sent));
    assertThat(answer).contains("200").containsPattern("X-Request-Id: " + UUID + "\r\n");
  }

  @Test
  void twoIdsAreNone() throws Exception {
    var response = send(with("/numbers", "X-Request-Id", "first").header("X-Request-Id", "second"));
    assertThat(id(response)).matches(UUID);
  }

  @Test
  void eachRequestHasItsOwn() throws Exception {
    assertThat(id(get("/numbers"))).matches(UUID).isNotEqualTo(id(get("/numbers")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/busy", "/none", "/filtered", "/broken", "/query", "/error"})
  void problemsNameIt(String path) throws Exception {
    var response = send(with(path, "X-Request-Id", "mine"));
    assertThat(problem(response, response.statusCode()).get("request_id").stringValue())
        .isEqualTo("mine");
    assertThat(id(response)).isEqualTo("mine");
  }

  @Test
  void refusalsBeforeTheApplicationNameIt() throws Exception {
    String tooLarge =
        raw(
            "POST /size HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\nConnection: close\r\n"
                + "Content-Length: 65537\r\n\r\n"
                + "x".repeat(65537));
    assertThat(tooLarge).contains(" 413 ", "X-Request-Id: mine\r\n", "\"request_id\":\"mine\"");
    String malformed =
        raw(
            "GET /{ HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\nConnection: close\r\n\r\n");
    assertThat(malformed).contains(" 400 ").containsPattern("X-Request-Id: \\S+\r\n");
    assertThat(malformed).containsPattern("\"request_id\":\"\\S+\"");
  }

  @Test
  void logLinesShowIt(CapturedOutput output) throws Exception {
    send(
        with("/broken", "X-Request-Id", "seen-in-the-log")
            .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01"));
    assertThat(output.getAll())
        .containsPattern(
            "ERROR .*\\[seen-in-the-log] \\[trace " + TRACE + "] .*GET /broken failed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-" + TRACE + "-00f067aa0ba902b7-01",
        "00-" + TRACE + "-00f067aa0ba902b7-00",
        "cc-" + TRACE + "-00f067aa0ba902b7-01-what-the-future-will-be-like"
      })
  void aTraceIsTakenOver(String parent) throws Exception {
    var response = send(with("/busy", "traceparent", parent));
    assertThat(problem(response, 429).get("trace_id").stringValue()).isEqualTo(TRACE);
    assertThat(response.headers().firstValue("traceresponse").orElse(""))
        .matches("00-" + TRACE + "-[0-9a-f]{16}-" + parent.substring(53, 55))
        .doesNotContain("00f067aa0ba902b7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-" + TRACE + "-0000000000000000-01",
        "ff-" + TRACE + "-00f067aa0ba902b7-01",
        "00-" + TRACE + "-00f067aa0ba902b7-01-more",
        "00-" + TRACE + "-00f067aa0ba902b7",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "nonsense"
      })
  void aTraceThatIsNotOneIsIgnored(String parent) throws Exception {
    var response = send(with("/busy", "traceparent", parent));
    assertThat(problem(response, 429).has("trace_id")).isFalse();
    assertThat(response.headers().firstValue("traceresponse")).isEmpty();
  }
}
