package dev.resnet.api;

import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/**
 * How large a request's body may be on some paths. A feature that takes larger bodies than {@code
 * resnet.http.max-body-size} declares a bean of this type beside its controller.
 *
 * @param pathPattern of Spring's path patterns: {@code /api/v1/datasets/*}
 * @param size the largest body
 * @param property the setting to name to the client
 */
public record BodyLimit(String pathPattern, DataSize size, String property) {

  ProblemException exceeded() {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The body is larger than %s, the limit set by %s.".formatted(text(size), property));
  }

  static String text(DataSize size) {
    long bytes = size.toBytes();
    if (bytes % (1 << 20) == 0) {
      return (bytes >> 20) + " MB";
    }
    return bytes % (1 << 10) == 0 ? (bytes >> 10) + " kB" : bytes + " bytes";
  }
}
