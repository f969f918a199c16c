package dev.resnet.oip.web;

import dev.resnet.api.Problems;
import dev.resnet.oip.InvalidInferenceException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** Values of a JSON stream, with errors for the client. */
final class Json {
  /** Limits for what no request of this protocol needs, so they are not settings. */
  private static final int DEEPEST = 20;

  private static final int LONGEST_NAME = 1_000;
  private static final int LONGEST_TEXT = 100_000;

  /** The parser keeps every name. */
  private static final int MOST_NAMES = 1_000;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          // NaN and Infinity are read, so that the message says where they are.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNameLength(LONGEST_NAME)
                  .maxStringLength(LONGEST_TEXT)
                  .build())
          .build();

  private Json() {}

  static JsonParser parser(InferenceBody body) {
    return FACTORY.createParser(ObjectReadContext.empty(), body.bytes(), 0, body.json());
  }

  static InvalidInferenceException unreadable(JacksonException e) {
    TokenStreamLocation place = e.getLocation();
    return new InvalidInferenceException(
        "The JSON of the request can't be read: %s%s."
            .formatted(
                Problems.abbreviated(
                    e.getOriginalMessage().replaceAll("(?s) ?\\(start marker at .*|\\n.*", ""),
                    200),
                place == null
                    ? ""
                    : " (line %d, column %d)".formatted(place.getLineNr(), place.getColumnNr())));
  }

  /**
   * Reads an object.
   *
   * @param what names it in messages
   * @param field called with the name of each field; the parser is at its value
   */
  static void object(JsonParser in, String what, Consumer<String> field) {
    JsonToken start = in.currentToken() == null ? in.nextToken() : in.currentToken();
    if (start != JsonToken.START_OBJECT) {
      throw new InvalidInferenceException(
          "%s must be a JSON object, but is %s.".formatted(what, kind(start)));
    }
    int names = 0;
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      if (++names > MOST_NAMES) {
        throw new InvalidInferenceException(
            "%s has more than %d fields.".formatted(what, MOST_NAMES));
      }
      in.nextToken();
      field.accept(name);
    }
  }

  static void startOfList(JsonParser in, String field) {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(in, field, "a list");
    }
  }

  static String text(JsonParser in, String field) {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(in, field, "a text");
    }
    return in.getString();
  }

  static boolean bool(JsonParser in, String field) {
    JsonToken token = in.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw wrong(in, field, "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  static long integer(JsonParser in, String field) {
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT
        || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw wrong(in, field, "a whole number");
    }
    return in.getLongValue();
  }

  /** A parameter that changes nothing here. */
  static void passOver(JsonParser in, String parameter) {
    if (parameter.startsWith("shared_memory_")) {
      throw new InvalidInferenceException(
          "Shared memory is not supported; send the tensors in the body.");
    }
    in.skipChildren();
  }

  private static InvalidInferenceException wrong(JsonParser in, String field, String right) {
    return new InvalidInferenceException(
        "The field '%s' must hold %s, but holds %s."
            .formatted(field, right, kind(in.currentToken())));
  }

  static String kind(@Nullable JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      default -> "null";
    };
  }

  static String shortened(String text) {
    return Problems.abbreviated(text, 40);
  }
}
