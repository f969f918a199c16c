package dev.resnet.api;

import java.util.ArrayList;
import java.util.List;
import org.springframework.http.HttpStatus;

/** Collects everything wrong with one request, so that the client hears it all at once. */
final class Problems {
  /** A body of a million unknown fields must not become an answer of a million errors. */
  private static final int MOST_LISTED = 100;

  private final List<FieldError> errors = new ArrayList<>();
  private int unlisted;

  void add(String field, String message) {
    if (errors.size() < MOST_LISTED) {
      errors.add(new FieldError(abbreviated(field), message));
    } else {
      unlisted++;
    }
  }

  void throwIfAny() {
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

  static String abbreviated(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }
}
