package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * The query parameters of a request. Asking the request for them would make the container parse the
 * body of a form, and curl labels every body a form.
 */
public final class QueryString {
  /** The message for a query that can't be decoded, wherever that is detected. */
  static final String UNREADABLE =
      "The query string or form can't be read; check its percent-encoding.";

  private QueryString() {}

  /**
   * The decoded parameters in the order of the query. The value of {@code ?resize}, without an
   * equals sign, is null.
   *
   * @throws ProblemException 400 if the query can't be decoded
   */
  public static MultiValueMap<String, @Nullable String> of(HttpServletRequest request) {
    MultiValueMap<String, @Nullable String> parameters = new LinkedMultiValueMap<>();
    String query = request.getQueryString();
    if (query == null) {
      return parameters;
    }
    for (String parameter : query.split("&")) {
      if (!parameter.isEmpty()) {
        int equals = parameter.indexOf('=');
        parameters.add(
            decoded(equals < 0 ? parameter : parameter.substring(0, equals)),
            equals < 0 ? null : decoded(parameter.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(HttpStatus.BAD_REQUEST, UNREADABLE);
    }
  }
}
