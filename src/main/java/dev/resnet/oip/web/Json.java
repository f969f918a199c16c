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

/** A stream of JSON, with errors for the client. */
final class Json implements AutoCloseable {
  /** Limits for what no request of this protocol needs, so they are not settings. */
  private static final int DEEPEST = 20;

  private static final int LONGEST_NAME = 1_000;
  private static final int LONGEST_TEXT = 100_000;

  /** Over the whole stream: the parser keeps every name. */
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

  private final JsonParser in;
  private int names;

  private Json(JsonParser in) {
    this.in = in;
  }

  static Json of(InferenceBody body) {
    return new Json(FACTORY.createParser(ObjectReadContext.empty(), body.bytes(), 0, body.json()));
  }

  JsonParser parser() {
    return in;
  }

  @Override
  public void close() {
    in.close();
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
  void object(String what, Consumer<String> field) {
    JsonToken start = in.currentToken() == null ? in.nextToken() : in.currentToken();
    if (start != JsonToken.START_OBJECT) {
      throw new InvalidInferenceException(
          "%s must be a JSON object, but is %s.".formatted(what, kind(start)));
    }
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      counted();
      in.nextToken();
      field.accept(name);
    }
  }

  private void counted() {
    if (++names > MOST_NAMES) {
      throw new InvalidInferenceException(
          "The JSON of the request has more than %d fields.".formatted(MOST_NAMES));
    }
  }

  /** Passes over a value of any kind; its names count too. */
  void skip() {
    int depth = 0;
    JsonToken token = in.currentToken();
    do {
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (token == JsonToken.PROPERTY_NAME) {
        counted();
      }
      if (depth > 0) {
        token = in.nextToken();
      }
    } while (depth > 0 && token != null);
  }

  void startOfList(String field) {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(field, "a list");
    }
  }

  String text(String field) {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(field, "a text");
    }
    return in.getString();
  }

  boolean bool(String field) {
    JsonToken token = in.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw wrong(field, "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  long integer(String field) {
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT
        || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw wrong(field, "a whole number");
    }
    return in.getLongValue();
  }

  /** A parameter that changes nothing here. */
  void passOver(String parameter) {
    if (parameter.startsWith("shared_memory_")) {
      throw new InvalidInferenceException(
          "Shared memory is not supported; send the tensors in the body.");
    }
    skip();
  }

  private InvalidInferenceException wrong(String field, String right) {
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
