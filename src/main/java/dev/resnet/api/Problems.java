package dev.resnet.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.http.HttpStatus;

/** Collects all errors in one request, so that the client gets them at once. */
public final class Problems {
  /** A body with a million unknown fields must not cause a response with a million errors. */
  private static final int MOST_LISTED = 100;

  private final List<FieldError> errors = new ArrayList<>();

  /** The fields of all errors, including errors that are not listed. */
  private final List<String> fields = new ArrayList<>();

  /**
   * Adds an error.
   *
   * @param field the JSON path or parameter name as the client wrote it: {@code learning_rate.peak}
   * @param message what is wrong and what is valid
   */
  public void add(String field, String message) {
    fields.add(field);
    if (errors.size() < MOST_LISTED) {
      errors.add(new FieldError(abbreviated(field), message));
    }
  }

  /** Whether further errors would not be listed, so that reading on tells the client no more. */
  public boolean isFull() {
    return fields.size() > MOST_LISTED;
  }

  /** Whether there are no errors in these fields or inside them. */
  public boolean none(String... fields) {
    return this.fields.stream()
        .noneMatch(
            wrong ->
                Arrays.stream(fields)
                    .anyMatch(
                        field ->
                            wrong.equals(field)
                                || wrong.startsWith(field + ".")
                                || wrong.startsWith(field + "[")));
  }

  /** The errors so far, at most those that are listed in an answer. */
  public List<FieldError> errors() {
    return List.copyOf(errors);
  }

  /**
   * Called last.
   *
   * @throws ProblemException 400 with all errors, if there are any
   */
  public void throwIfAny() {
    if (errors.isEmpty()) {
      return;
    }
    int count = fields.size();
    String detail =
        (count == 1
                ? "One field is wrong: " + errors.get(0).field() + " " + errors.get(0).message()
                : count + " fields are wrong; see 'errors'")
            + (count > MOST_LISTED ? " (the first " + MOST_LISTED + " are listed)." : ".");
    throw new ProblemException(HttpStatus.BAD_REQUEST, detail, errors);
  }

  /** A client's text, shortened for an error message. */
  static String abbreviated(String text) {
    return abbreviated(text, 80);
  }

  /** The same with a limit in characters. */
  public static String abbreviated(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }
}
