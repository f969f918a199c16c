package dev.resnet.oip.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Errors below /v2 have the protocol's form, whoever refuses the request. */
class ProtocolErrorsTests extends InferenceOverHttp {

  private String answer(String request, String headers, int length) throws Exception {
    int port = environment.getRequiredProperty("local.server.port", Integer.class);
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      String head =
          "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n"
              .formatted(request, length, headers.isEmpty() ? "" : headers + "\r\n");
      socket.getOutputStream().write((head + "x".repeat(length)).getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static void assertError(String answer, int status) {
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer).contains("Content-Type: application/json\r\n", "X-Request-Id: ");
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4).strip();
    if (body.startsWith("{")) {
      assertThat(JsonMapper.shared().readTree(body).propertyNames()).containsExactly("error");
    } else { // in one chunk, with its length before it
      assertThat(body).contains("{\"error\":\"");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET /v2/nothing, '', 404",
    "GET /v2/models/none, '', 404",
    "GET /v2/models/none, Accept: image/png, 404",
    "GET /v2/models/net, Accept: image/png, 406",
    "GET /v2/models/net/versions/x, '', 400",
    "GET /v2/models/net/versions/99999999999, '', 400",
    "DELETE /v2/models/net, '', 405",
    "PUT /v2, '', 405",
    "GET /v2/models/net/infer, '', 405",
    "TRACE /v2/models/net, '', 405",
    "BREW /v2/models/net, '', 405",
    "POST /v2/models/net/infer, Content-Encoding: br, 415",
    "POST /v2/models/net/infer, Content-Encoding: gzip, 400",
    "POST /v2/models/net/infer, Inference-Header-Content-Length: x, 400",
    "GET /v2/models/%zz, '', 400",
    "GET /v2/models/a%2fb, '', 400",
    "GET /v2/models/a%00b, '', 400",
    "GET /v2/models/net?x=%zz, '', 200",
    // Addresses that mean the same.
    "GET //v2/models/none, '', 404",
    "GET /%762/models/none, '', 404",
    "GET /v2;a=b/models/none, '', 404",
    "GET /x/../v2/models/none, '', 404",
    "GET http://localhost/v2/models/none, '', 404",
    "GET /v2/models/net, Transfer-Encoding: nonsense, 501",
    "GET /v2/models/net, Expect: nonsense, 417",
  })
  void everyErrorHasTheProtocolsForm(String request, String header, int status) throws Exception {
    String answer = answer(request, header, request.startsWith("POST") ? 10 : 0);
    if (status == 200) {
      assertThat(answer).startsWith("HTTP/1.1 200 ");
    } else {
      assertError(answer, status);
    }
  }

  @ParameterizedTest
  @CsvSource({"/v2/models/net, true", "/api/v1/models/net, false"})
  void headersThatAreTooLargeAreRefusedInTheProtocolsFormToo(String path, boolean protocol)
      throws Exception {
    String answer = answer("GET " + path, "X-Large: " + "x".repeat(10_000), 0);
    if (protocol) {
      assertError(answer, 400);
    } else {
      assertThat(answer).contains("application/problem+json", "\"title\":\"Bad Request\"");
    }
  }
}
