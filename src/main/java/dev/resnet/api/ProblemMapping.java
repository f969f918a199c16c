package dev.resnet.api;

import java.util.Optional;
import java.util.function.Function;
import org.springframework.http.HttpStatus;

/**
 * How an exception of a feature is answered. A feature's {@code web} package declares a bean of
 * this type for each of its exceptions, so that the feature itself need not know HTTP.
 *
 * @param type of the exception, whose message is meant for the client
 */
public record ProblemMapping<E extends Exception>(
    Class<E> type, Function<E, ProblemException> problem) {

  /** Answers with a status and the exception's message. */
  public static <E extends Exception> ProblemMapping<E> of(Class<E> type, HttpStatus status) {
    return new ProblemMapping<>(type, e -> new ProblemException(status, e.getMessage()));
  }

  Optional<ProblemException> of(Exception exception) {
    return type.isInstance(exception)
        ? Optional.of(problem.apply(type.cast(exception)))
        : Optional.empty();
  }
}
