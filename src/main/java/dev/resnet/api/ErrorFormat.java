package dev.resnet.api;

import java.util.List;
import java.util.function.Function;
import org.springframework.http.MediaType;

/**
 * The errors of a protocol that has a format of its own. Applies to every error on its paths, also
 * to those that occur before a controller is reached: an unknown path, a missing key, a body that
 * is too large. A feature declares a bean of this type next to its controller.
 *
 * @param path its root, such as {@code /v2}
 * @param body makes the body of an answer from the message for the client
 */
public record ErrorFormat(String path, MediaType type, Function<String, byte[]> body) {

  boolean applies(String requested) {
    return requested.equals(path) || requested.startsWith(path + "/");
  }

  /** How to write the errors on a path. */
  static ErrorFormat of(String requested, List<ErrorFormat> formats) {
    return formats.stream()
        .filter(format -> format.applies(requested))
        .findFirst()
        .orElse(PROBLEM_DETAILS);
  }

  private static final ErrorFormat PROBLEM_DETAILS =
      new ErrorFormat("", Problem.MEDIA_TYPE, text -> new byte[0]);

  byte[] bytes(Problem problem) {
    return this == PROBLEM_DETAILS ? problem.json() : body.apply(problem.text());
  }
}
