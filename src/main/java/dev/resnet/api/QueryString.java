package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * The parameters of an address. Asking the request for them would make the container read a body
 * that calls itself a form, as curl calls every body.
 */
public final class QueryString {
  /** For every query that can't be decoded, whoever notices it first. */
  static final String UNREADABLE =
      "The query string or form can't be read; check its percent-encoding.";

  private QueryString() {}

  /**
   * Decoded, in the order of the address; the value of {@code ?resize}, without an equals sign, is
   * null.
   *
   * @throws ProblemException 400 where it can't be decoded
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
