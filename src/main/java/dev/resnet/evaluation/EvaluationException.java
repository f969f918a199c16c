package dev.resnet.evaluation;

import org.jspecify.annotations.Nullable;

/** An evaluation or a comparison is not possible. The message is for the client. */
public final class EvaluationException extends RuntimeException {

  /** Why it is not possible. */
  public enum Reason {
    /** A field or parameter names something that does not exist. */
    INVALID,
    /** There is no such evaluation. */
    UNKNOWN,
    /** The classes or the size of the images don't fit the version. */
    MISFIT,
    /** The images don't fit into the memory of this process. */
    TOO_LARGE,
    /** Something has to be done first. */
    CONFLICT,
    /** The data set, the network or a file can't be used at present. */
    UNAVAILABLE
  }

  private final Reason reason;
  private final @Nullable String field;

  EvaluationException(Reason reason, String message) {
    this(reason, message, null, null);
  }

  private EvaluationException(
      Reason reason, String message, @Nullable Throwable cause, @Nullable String field) {
    super(message, cause);
    this.reason = reason;
    this.field = field;
  }

  EvaluationException(Reason reason, String message, Throwable cause) {
    this(reason, message, cause, null);
  }

  /**
   * @param field the field or parameter that is wrong
   */
  static EvaluationException invalid(String field, String message) {
    return new EvaluationException(Reason.INVALID, message, null, field);
  }

  public Reason reason() {
    return reason;
  }

  /** The field or parameter that is {@link Reason#INVALID}. */
  public @Nullable String field() {
    return field;
  }
}
