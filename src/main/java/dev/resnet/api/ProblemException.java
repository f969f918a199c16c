package dev.resnet.api;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * The only way to answer with an error; becomes an RFC 9457 problem detail. Clients see the
 * message.
 */
public class ProblemException extends RuntimeException {
  private final HttpStatus status;
  private final List<FieldError> errors;
  private final @Nullable Duration retryAfter;

  public ProblemException(HttpStatus status, String detail) {
    this(status, detail, List.of(), null);
  }

  public ProblemException(HttpStatus status, String detail, List<FieldError> errors) {
    this(status, detail, errors, null);
  }

  public ProblemException(
      HttpStatus status, String detail, List<FieldError> errors, @Nullable Duration retryAfter) {
    super(detail);
    this.status = status;
    this.errors = List.copyOf(errors);
    this.retryAfter = retryAfter;
  }

  public HttpStatus status() {
    return status;
  }

  /** All invalid fields; empty if the error does not concern fields. */
  public List<FieldError> errors() {
    return errors;
  }

  /** The value of the {@code Retry-After} header. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
