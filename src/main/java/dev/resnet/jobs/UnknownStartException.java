package dev.resnet.jobs;

/** A job can't start from these weights. The message is for the client; it continues the field. */
public final class UnknownStartException extends RuntimeException {
  private final String field;

  UnknownStartException(String field, String message) {
    super(message);
    this.field = field;
  }

  /** For example "start_from.version". */
  public String field() {
    return field;
  }
}
