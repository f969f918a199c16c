package dev.resnet.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of every error response: a problem detail (RFC 9457) with all invalid fields.
 *
 * @param type always {@code about:blank}: the status identifies the kind of problem
 * @param instance identifies this occurrence in the log; only for errors of the service itself
 * @param requestId of the request that was refused; null outside of a request
 * @param traceId of the client's trace; null if it has none
 * @param errors all invalid fields; empty if the error does not concern fields
 */
@Schema(description = "A problem detail (RFC 9457) with all invalid fields.")
record Problem(
    @Schema(example = "about:blank") String type,
    @Schema(example = "Bad Request") String title,
    @Schema(example = "400") int status,
    @Schema(
            example =
                "One field is wrong: stack_n must be a whole number from 1 to 200, was \"three\".")
        String detail,
    @Schema(
            description = "Identifies this occurrence in the service's log; only with status 500.",
            example = "urn:uuid:7b0c1f0e-5d0e-4c5e-9a57-0a3b8c1f8d55")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable String instance,
    @JsonProperty(CorrelationIds.REQUEST_ID)
        @Schema(
            description =
                "The id of the request, which is in the service's log and in X-Request-Id.",
            example = "5d2f0c0e-9d64-4d0b-8f0e-6f3d2c1b7a90")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable String requestId,
    @JsonProperty(CorrelationIds.TRACE_ID)
        @Schema(
            description = "The id of the client's trace; only if the request had a traceparent.",
            example = "4bf92f3577b34da6a3ce929d0e0e4736")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable String traceId,
    List<FieldError> errors) {

  private Problem(int status, String detail, @Nullable String instance, List<FieldError> errors) {
    this(
        "about:blank",
        title(status),
        status,
        detail,
        instance,
        MDC.get(CorrelationIds.REQUEST_ID),
        MDC.get(CorrelationIds.TRACE_ID),
        errors);
  }

  /** {@link MediaType#APPLICATION_PROBLEM_JSON}; fixed, whatever the client accepts. */
  static final MediaType MEDIA_TYPE = MediaType.APPLICATION_PROBLEM_JSON;

  /** A mapper of its own, so that errors can be written even without the service's settings. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();

  static Problem of(int status, String detail) {
    return of(status, detail, List.of());
  }

  static Problem of(int status, String detail, List<FieldError> errors) {
    List<FieldError> sound =
        errors.stream()
            .map(error -> new FieldError(wellFormed(error.field()), wellFormed(error.message())))
            .toList();
    return new Problem(status, wellFormed(detail), null, sound);
  }

  /** An error of the service itself. Clients see only its id; the log has the details. */
  static Problem internal(int status, String id) {
    return new Problem(
        status,
        "The service failed to answer this request. Its log says why under the id in 'instance'.",
        id,
        List.of());
  }

  /** All of it as one text, for protocols whose errors are a text. */
  String text() {
    StringBuilder text = new StringBuilder(detail);
    if (instance != null) {
      text.append(" (").append(instance).append(')');
    }
    if (errors.size() > 1) {
      errors.forEach(
          error -> text.append(' ').append(error.field()).append(": ").append(error.message()));
    }
    return text.toString();
  }

  byte[] json() {
    return MAPPER.writeValueAsBytes(this);
  }

  /**
   * Replaces unpaired surrogates with question marks: a client may have sent them, and JSON can't
   * contain them.
   */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String title(int status) {
    HttpStatus known = HttpStatus.resolve(status);
    return known == null ? "Error" : known.getReasonPhrase();
  }
}
