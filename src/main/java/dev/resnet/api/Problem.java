package dev.resnet.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What every error looks like to a client: a problem detail after RFC 9457 with the bad fields.
 *
 * @param type always {@code about:blank}: the status says what kind of problem it is
 * @param instance names this one occurrence in the log; only of errors that are the service's own
 * @param errors every bad field; empty where the problem is not one of fields
 */
@Schema(description = "A problem detail (RFC 9457) with every bad field at once.")
record Problem(
    @Schema(example = "about:blank") String type,
    @Schema(example = "Bad Request") String title,
    @Schema(example = "400") int status,
    @Schema(
            example =
                "One field is wrong: stack_n must be a whole number from 1 to 200, was \"three\".")
        String detail,
    @Schema(
            description = "Names this occurrence in the service's log; of status 500 only.",
            example = "urn:uuid:7b0c1f0e-5d0e-4c5e-9a57-0a3b8c1f8d55")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable String instance,
    List<FieldError> errors) {

  /** {@link MediaType#APPLICATION_PROBLEM_JSON}; fixed, whatever the client accepts. */
  static final MediaType MEDIA_TYPE = MediaType.APPLICATION_PROBLEM_JSON;

  /** Of its own, so that an error can be told even where the service's settings are not there. */
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
    return new Problem("about:blank", title(status), status, wellFormed(detail), null, sound);
  }

  /** An error of the service itself: whose id is also in the log, and nothing else of it here. */
  static Problem internal(int status, String id) {
    return new Problem(
        "about:blank",
        title(status),
        status,
        "The service failed to answer this request. Its log says why under the id in 'instance'.",
        id,
        List.of());
  }

  byte[] json() {
    return MAPPER.writeValueAsBytes(this);
  }

  /**
   * Half of a surrogate pair becomes a question mark: a client may have sent one, and no JSON can
   * be written with it.
   */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String title(int status) {
    HttpStatus known = HttpStatus.resolve(status);
    return known == null ? "Error" : known.getReasonPhrase();
  }
}
