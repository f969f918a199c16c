package dev.resnet.api;

import dev.resnet.memory.BusyException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Turns every exception into an error response. Runs last, so that a protocol with its own error
 * format can register its advice before it.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
final class ProblemHandler extends ResponseEntityExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
  private static final DisconnectedClientHelper DISCONNECTED =
      new DisconnectedClientHelper(ProblemHandler.class.getName());

  private final Explanations explanations = new Explanations();
  private final List<ProblemMapping<?>> mappings;
  private final List<ErrorFormat> formats;

  ProblemHandler(ObjectProvider<ProblemMapping<?>> mappings, ObjectProvider<ErrorFormat> formats) {
    this.mappings = mappings.stream().toList();
    this.formats = formats.stream().toList();
  }

  @ExceptionHandler
  ResponseEntity<Object> handle(ProblemException exception, WebRequest request) {
    HttpHeaders headers = new HttpHeaders();
    if (exception.retryAfter() != null) {
      // Whole seconds, rounded up, so that a client does not retry too early.
      headers.set(
          HttpHeaders.RETRY_AFTER, Long.toString((exception.retryAfter().toMillis() + 999) / 1000));
    }
    return answer(
        Problem.of(exception.status().value(), exception.getMessage(), exception.errors()),
        headers,
        request);
  }

  @ExceptionHandler
  ResponseEntity<Object> handle(BusyException exception, WebRequest request) {
    return handle(
        new ProblemException(
            HttpStatus.SERVICE_UNAVAILABLE,
            exception.getMessage(),
            List.of(),
            exception.retryAfter()),
        request);
  }

  /** Sends the 406 that {@link ErrorsFirst} postponed. */
  @ExceptionHandler
  ResponseEntity<Object> handle(ErrorsFirst.NotAcceptable exception, WebRequest request) {
    return handleHttpMediaTypeNotAcceptable(
        exception.reason(), exception.reason().getHeaders(), HttpStatus.NOT_ACCEPTABLE, request);
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> handleAnyOther(Exception exception, WebRequest request) {
    for (ProblemMapping<?> mapping : mappings) {
      Optional<ProblemException> problem = mapping.of(exception);
      if (problem.isPresent()) {
        return handle(problem.get(), request);
      }
    }
    if (DISCONNECTED.checkAndLogClientDisconnectedException(exception)) {
      return null; // the client has disconnected
    }
    ResponseStatus declared =
        AnnotatedElementUtils.findMergedAnnotation(exception.getClass(), ResponseStatus.class);
    if (declared != null && declared.code().is4xxClientError()) {
      return answer(
          Problem.of(
              declared.code().value(), "The request can't be answered: " + exception.getMessage()),
          new HttpHeaders(),
          request);
    }
    if (explanations.isUnreadableParameter(exception)) {
      return answer(Problem.of(400, QueryString.UNREADABLE), new HttpHeaders(), request);
    }
    Optional<ProblemException> unavailable = Unavailable.of(exception);
    if (unavailable.isPresent()) {
      HttpServletRequest refused = servletRequest(request);
      LOG.warn(
          "{} {} can't be answered at present: {}",
          refused.getMethod(),
          refused.getRequestURI(),
          exception.toString());
      return handle(unavailable.get(), request);
    }
    return internal(exception, 500, request);
  }

  /** Handles all of Spring MVC's own exceptions. */
  @Override
  protected ResponseEntity<Object> handleExceptionInternal(
      Exception exception,
      @Nullable Object body,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    if (status.value() == HttpStatus.INTERNAL_SERVER_ERROR.value()) {
      return internal(exception, status.value(), request);
    }
    return answer(
        explanations.explain(exception, body, status, servletRequest(request)), headers, request);
  }

  private ResponseEntity<Object> internal(Exception exception, int status, WebRequest request) {
    String id = "urn:uuid:" + UUID.randomUUID();
    HttpServletRequest servletRequest = servletRequest(request);
    LOG.error(
        "{}: {} {} failed",
        id,
        servletRequest.getMethod(),
        servletRequest.getRequestURI(),
        exception);
    return answer(Problem.internal(status, id), new HttpHeaders(), request);
  }

  private ResponseEntity<Object> answer(Problem problem, HttpHeaders headers, WebRequest request) {
    HttpServletRequest failed = servletRequest(request);
    ErrorFormat format = ErrorFormat.of(failed.getRequestURI(), failed.getContextPath(), formats);
    HttpHeaders all = new HttpHeaders(headers);
    // Setting the type bypasses Accept: even a client that asked for an image gets JSON.
    all.setContentType(format.type());
    return ResponseEntity.status(problem.status()).headers(all).body(format.bytes(problem));
  }

  private static HttpServletRequest servletRequest(WebRequest request) {
    return ((ServletWebRequest) request).getRequest();
  }
}
