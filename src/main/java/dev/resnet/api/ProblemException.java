package dev.resnet.api;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * The one way to answer with an error: becomes an RFC 9457 problem detail. Every message is meant
 * for the client.
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

  /** Every bad field; empty where the problem is not one of fields. */
  public List<FieldError> errors() {
    return errors;
  }

  /** Sent as the {@code Retry-After} header. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
