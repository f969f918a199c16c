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
  private int unlisted;

  /**
   * Adds an error.
   *
   * @param field the JSON path or parameter name as the client wrote it: {@code learning_rate.peak}
   * @param message what is wrong and what would be right
   */
  public void add(String field, String message) {
    if (errors.size() < MOST_LISTED) {
      errors.add(new FieldError(abbreviated(field), message));
    } else {
      unlisted++;
    }
  }

  /** Whether nothing has been found wrong with these fields, or inside them. */
  public boolean none(String... fields) {
    return errors.stream()
        .noneMatch(
            error ->
                Arrays.stream(fields)
                    .anyMatch(
                        field ->
                            error.field().equals(field)
                                || error.field().startsWith(field + ".")
                                || error.field().startsWith(field + "[")));
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
    int count = errors.size() + unlisted;
    String detail =
        (count == 1
                ? "One field is wrong: " + errors.get(0).field() + " " + errors.get(0).message()
                : count + " fields are wrong; see 'errors'")
            + (unlisted > 0 ? " (the first " + MOST_LISTED + " are listed)." : ".");
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
