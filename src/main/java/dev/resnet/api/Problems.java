package dev.resnet.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.http.HttpStatus;

/** Collects everything wrong with one request, so that the client hears it all at once. */
public final class Problems {
  /** A body of a million unknown fields must not become an answer of a million errors. */
  private static final int MOST_LISTED = 100;

  private final List<FieldError> errors = new ArrayList<>();

  /** Of all errors, also of those that are not listed. */
  private final List<String> fields = new ArrayList<>();

  /**
   * Adds an error.
   *
   * @param field the JSON path or parameter name as the client wrote it: {@code learning_rate.peak}
   * @param message what is wrong and what would be right
   */
  public void add(String field, String message) {
    fields.add(field);
    if (errors.size() < MOST_LISTED) {
      errors.add(new FieldError(abbreviated(field), message));
    }
  }

  /** Whether nothing has been found wrong with these fields, or inside them. */
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

  /**
   * To be called last.
   *
   * @throws ProblemException 400 with every error; nothing is thrown if there is none
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

  /** What a client sent, short enough to be sent back. */
  static String abbreviated(String text) {
    return abbreviated(text, 80);
  }

  /** Likewise, with a limit in characters. */
  public static String abbreviated(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }
}
