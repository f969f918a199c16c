package dev.resnet.oip.grpc;

import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import dev.resnet.memory.BusyException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;

/** The status of an exception, from the same mappings as over HTTP. */
final class GrpcErrors {
  private static final Logger log = LoggerFactory.getLogger(GrpcErrors.class);

  /** The header of HTTP, which messages name. */
  private static final Metadata.Key<String> RETRY_AFTER =
      Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER);

  private final List<ProblemMapping<?>> mappings;

  GrpcErrors(List<ProblemMapping<?>> mappings) {
    this.mappings = List.copyOf(mappings);
  }

  StatusRuntimeException of(Exception exception) {
    if (exception instanceof StatusRuntimeException known) {
      return known;
    }
    if (exception instanceof BusyException busy) {
      return error(
          Status.UNAVAILABLE.withDescription(busy.getMessage()), Optional.of(busy.retryAfter()));
    }
    if (exception instanceof ProblemException problem) {
      return error(problem);
    }
    for (ProblemMapping<?> mapping : mappings) {
      var problem = mapping.of(exception);
      if (problem.isPresent()) {
        return error(problem.get());
      }
    }
    if (exception instanceof DataAccessException) {
      log.warn("A gRPC call can't be answered at present: {}", exception.toString());
      return error(
          Status.UNAVAILABLE.withDescription(
              "The database can't be reached at present. Try again later."),
          Optional.empty());
    }
    String id = "urn:uuid:" + UUID.randomUUID();
    log.error("{}: a gRPC call failed", id, exception);
    return error(
        Status.INTERNAL.withDescription(
            "The service failed to answer this request. Its log says why under the id %s."
                .formatted(id)),
        Optional.empty());
  }

  private static StatusRuntimeException error(ProblemException problem) {
    return error(
        status(problem.status()).withDescription(problem.getMessage()),
        Optional.ofNullable(problem.retryAfter()));
  }

  private static StatusRuntimeException error(Status status, Optional<Duration> retryAfter) {
    var trailers = new Metadata();
    // As over HTTP: whole seconds, rounded up.
    retryAfter.ifPresent(
        time -> trailers.put(RETRY_AFTER, String.valueOf((time.toMillis() + 999) / 1000)));
    return status.asRuntimeException(trailers);
  }

  private static Status status(HttpStatus status) {
    return switch (status) {
      case NOT_FOUND -> Status.NOT_FOUND;
      case CONTENT_TOO_LARGE, TOO_MANY_REQUESTS -> Status.RESOURCE_EXHAUSTED;
      case SERVICE_UNAVAILABLE -> Status.UNAVAILABLE;
      case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> Status.DEADLINE_EXCEEDED;
      default -> status.is4xxClientError() ? Status.INVALID_ARGUMENT : Status.INTERNAL;
    };
  }
}
