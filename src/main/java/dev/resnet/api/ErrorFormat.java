package dev.resnet.api;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriUtils;

/**
 * The errors of a protocol that has a format of its own. Applies to every error on its paths, also
 * to those that occur before a controller is reached: an unknown path, a missing key, a body that
 * is too large, headers that Tomcat refuses. A feature declares a bean of this type next to its
 * controller.
 *
 * @param path its root, such as {@code /v2}
 * @param body makes the body of an answer from the message for the client
 */
public record ErrorFormat(String path, MediaType type, Function<String, byte[]> body) {

  private boolean applies(String requested) {
    return requested.equals(path) || requested.startsWith(path + "/");
  }

  /**
   * How to write the errors on a path.
   *
   * @param uri as the client sent it; null or empty if it can't be read
   * @param contextPath of the service, which the URI may begin with
   */
  static ErrorFormat of(@Nullable String uri, String contextPath, List<ErrorFormat> formats) {
    String requested = normal(uri == null ? "" : uri, contextPath);
    return formats.stream()
        .filter(format -> format.applies(requested))
        .findFirst()
        .orElse(PROBLEM_DETAILS);
  }

  /**
   * The path that the client meant, also where the request is refused for how it wrote the path,
   * such as {@code //v2/models}.
   */
  private static String normal(String uri, String contextPath) {
    String path = uri.startsWith(contextPath) ? uri.substring(contextPath.length()) : uri;
    try {
      path = UriUtils.decode(path, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Not percent-encoded correctly: taken as it is.
    }
    return StringUtils.cleanPath(path.replaceAll(";[^/]*", "").replaceAll("/{2,}", "/"));
  }

  private static final ErrorFormat PROBLEM_DETAILS =
      new ErrorFormat("", Problem.MEDIA_TYPE, text -> new byte[0]);

  byte[] bytes(Problem problem) {
    return this == PROBLEM_DETAILS ? problem.json() : body.apply(problem.text());
  }
}
