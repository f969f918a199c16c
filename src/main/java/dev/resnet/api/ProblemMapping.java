package dev.resnet.api;

import java.util.Optional;
import java.util.function.Function;
import org.springframework.http.HttpStatus;

/**
 * How to answer an exception of a feature. A feature's {@code web} package declares a bean of this
 * type for each of its exceptions, so that the feature itself does not depend on HTTP.
 *
 * @param type the class of the exception; clients see its message
 */
public record ProblemMapping<E extends Exception>(
    Class<E> type, Function<E, ProblemException> problem) {

  /** Answers with this status and the exception's message. */
  public static <E extends Exception> ProblemMapping<E> of(Class<E> type, HttpStatus status) {
    return new ProblemMapping<>(type, e -> new ProblemException(status, e.getMessage()));
  }

  /** How to answer the exception, if it is of this type. */
  public Optional<ProblemException> of(Exception exception) {
    return type.isInstance(exception)
        ? Optional.of(problem.apply(type.cast(exception)))
        : Optional.empty();
  }
}
