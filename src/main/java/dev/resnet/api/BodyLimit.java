package dev.resnet.api;

import dev.resnet.memory.ByteSize;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/**
 * The maximum size of request bodies on some paths. A feature that accepts bodies larger than
 * {@code resnet.http.max-body-size} declares a bean of this type next to its controller.
 *
 * @param pathPattern a Spring path pattern, such as {@code /api/v1/datasets/*}
 * @param size the maximum size of a body
 * @param property the setting to name to the client
 * @param beside a sentence about other limits on the same paths, so that a client that exceeds one
 *     learns of the others; may be empty
 * @param toDisk the bodies are written to the disk as they arrive: they take no memory, and the
 *     feature itself ends those that arrive too slowly
 */
public record BodyLimit(
    String pathPattern, DataSize size, String property, String beside, boolean toDisk) {

  public BodyLimit(String pathPattern, DataSize size, String property) {
    this(pathPattern, size, property, "");
  }

  public BodyLimit(String pathPattern, DataSize size, String property, String beside) {
    this(pathPattern, size, property, beside, false);
  }

  ProblemException exceeded() {
    return new ProblemException(
        HttpStatus.CONTENT_TOO_LARGE,
        "The body is larger than %s, the limit set by %s. %s"
            .formatted(ByteSize.text(size), property, beside)
            .strip());
  }
}
