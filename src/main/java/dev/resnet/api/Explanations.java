package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.BindException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingRequestValueException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Explains to the client what Spring MVC's own exceptions mean and what to do about them. */
final class Explanations {
  /**
   * @param body the problem detail that Spring would have sent
   */
  Problem explain(
      Exception exception,
      @Nullable Object body,
      HttpStatusCode status,
      HttpServletRequest request) {
    String call = request.getMethod() + " " + Problems.abbreviated(request.getRequestURI());
    if (exception instanceof NoResourceFoundException
        || exception instanceof NoHandlerFoundException) {
      return Problem.of(404, "There is no " + call + ". /swagger-ui.html shows what there is.");
    }
    if (exception instanceof HttpRequestMethodNotSupportedException e) {
      String allowed = e.getSupportedMethods() == null ? "none" : joined(e.getSupportedMethods());
      return Problem.of(405, "There is no " + call + "; allowed here: " + allowed + ".");
    }
    if (exception instanceof HttpMediaTypeNotAcceptableException e) {
      return Problem.of(
          406,
          "The answer can't be given as "
              + Problems.abbreviated(String.valueOf(request.getHeader("Accept")))
              + "; 'Accept' may be "
              + joined(e.getSupportedMediaTypes())
              + ".");
    }
    if (exception instanceof HttpMediaTypeNotSupportedException e) {
      return unsupportedMediaType(e, request);
    }
    if (exception instanceof AsyncRequestTimeoutException) {
      return Problem.of(503, "The answer took too long; try again later.");
    }
    if (exception instanceof HttpMessageNotReadableException) {
      return Problem.of(400, "The body is missing or can't be read.");
    }
    List<FieldError> errors = fieldErrors(exception);
    if (!errors.isEmpty()) {
      return Problem.of(status.value(), detail(errors), errors);
    }
    String detail = body instanceof ProblemDetail problem ? problem.getDetail() : null;
    return Problem.of(status.value(), detail == null ? "The request can't be answered." : detail);
  }

  /**
   * Whether the container could not decode the parameters; it throws on the first access to them.
   */
  boolean isUnreadableParameter(Exception exception) {
    return exception.getClass().getSimpleName().equals("InvalidParameterException");
  }

  private static Problem unsupportedMediaType(
      HttpMediaTypeNotSupportedException exception, HttpServletRequest request) {
    String given = request.getContentType();
    return Problem.of(
        415,
        (given == null
                ? "'Content-Type' is missing"
                : "The content type " + Problems.abbreviated(given) + " is not supported")
            + "; it may be "
            + joined(exception.getSupportedMediaTypes())
            + ".");
  }

  private static List<FieldError> fieldErrors(Exception exception) {
    if (exception instanceof TypeMismatchException e) {
      String name =
          e instanceof MethodArgumentTypeMismatchException argument
              ? argument.getName()
              : "" + e.getPropertyName();
      return List.of(new FieldError(name, mismatch(e.getRequiredType(), e.getValue())));
    }
    if (exception instanceof MissingServletRequestParameterException e) {
      return List.of(new FieldError(e.getParameterName(), "is required"));
    }
    if (exception instanceof MissingRequestHeaderException e) {
      return List.of(new FieldError(e.getHeaderName(), "is required as a header"));
    }
    if (exception instanceof MissingRequestValueException e) {
      return List.of(new FieldError("request", String.valueOf(e.getBody().getDetail())));
    }
    if (exception instanceof BindException e) {
      return e.getFieldErrors().stream()
          .map(error -> new FieldError(snakeCase(error.getField()), error.getDefaultMessage()))
          .toList();
    }
    if (exception instanceof HandlerMethodValidationException e) {
      return e.getParameterValidationResults().stream()
          .flatMap(
              result ->
                  result.getResolvableErrors().stream()
                      .map(
                          error ->
                              new FieldError(
                                  snakeCase(
                                      String.valueOf(
                                          result.getMethodParameter().getParameterName())),
                                  String.valueOf(error.getDefaultMessage()))))
          .toList();
    }
    return List.of();
  }

  /** The message for a value of the wrong type. */
  static String mismatch(@Nullable Class<?> type, @Nullable Object value) {
    return "must be %s, was \"%s\"".formatted(expected(type), Problems.abbreviated("" + value));
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "another kind of value";
    }
    if (type == int.class || type == Integer.class) {
      return "a whole number of 32 bits";
    }
    if (type == long.class || type == Long.class) {
      return "a whole number of 64 bits";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "a number";
    }
    if (type.isEnum()) {
      return "one of " + joined(type.getEnumConstants());
    }
    return "a valid " + type.getSimpleName();
  }

  private static String detail(List<FieldError> errors) {
    FieldError first = errors.get(0);
    return errors.size() == 1
        ? "One field is wrong: " + first.field() + " " + first.message() + "."
        : errors.size() + " fields are wrong; see 'errors'.";
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  private static String joined(Object[] values) {
    return joined(Arrays.asList(values));
  }

  private static String joined(Collection<?> values) {
    return values.isEmpty()
        ? "nothing else"
        : values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
