package dev.resnet.api;

import dev.resnet.memory.ByteSize;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/**
 * How large a request's body may be on some paths. A feature that takes larger bodies than {@code
 * resnet.http.max-body-size} declares a bean of this type beside its controller.
 *
 * @param pathPattern of Spring's path patterns: {@code /api/v1/datasets/*}
 * @param size the largest body
 * @param property the setting to name to the client
 * @param beside a sentence about the limits that hold beside it, so that a client need not run into
 *     one after the other; may be empty
 */
public record BodyLimit(String pathPattern, DataSize size, String property, String beside) {

  public BodyLimit(String pathPattern, DataSize size, String property) {
    this(pathPattern, size, property, "");
  }

  ProblemException exceeded() {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The body is larger than %s, the limit set by %s. %s"
            .formatted(ByteSize.text(size), property, beside)
            .strip());
  }
}
