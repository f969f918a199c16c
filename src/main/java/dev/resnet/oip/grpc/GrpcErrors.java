package dev.resnet.oip.grpc;

import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import dev.resnet.memory.BusyException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;

/** The status of an exception, from the same mappings as over HTTP. */
final class GrpcErrors {
  private static final Logger log = LoggerFactory.getLogger(GrpcErrors.class);

  private final List<ProblemMapping<?>> mappings;

  GrpcErrors(List<ProblemMapping<?>> mappings) {
    this.mappings = List.copyOf(mappings);
  }

  StatusRuntimeException of(Exception exception) {
    return status(exception).asRuntimeException();
  }

  private Status status(Exception exception) {
    if (exception instanceof StatusRuntimeException known) {
      return known.getStatus();
    }
    if (exception instanceof BusyException) {
      return Status.UNAVAILABLE.withDescription(exception.getMessage());
    }
    if (exception instanceof ProblemException problem) {
      return status(problem);
    }
    for (ProblemMapping<?> mapping : mappings) {
      var problem = mapping.of(exception);
      if (problem.isPresent()) {
        return status(problem.get());
      }
    }
    if (exception instanceof DataAccessException) {
      log.warn("A gRPC call can't be answered at present: {}", exception.toString());
      return Status.UNAVAILABLE.withDescription(
          "The database can't be reached at present. Try again later.");
    }
    String id = "urn:uuid:" + UUID.randomUUID();
    log.error("{}: a gRPC call failed", id, exception);
    return Status.INTERNAL.withDescription(
        "The service failed to answer this request. Its log says why under the id %s."
            .formatted(id));
  }

  private static Status status(ProblemException problem) {
    return status(problem.status()).withDescription(problem.getMessage());
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
