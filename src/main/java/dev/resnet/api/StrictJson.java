package dev.resnet.api;

import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Parses one JSON value and nothing else: no duplicate names, no trailing text, no deep nesting.
 */
final class StrictJson {
  /** Deeper than any request of this service needs, and far below what overflows the stack. */
  private static final int DEEPEST = 32;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /**
   * Reads a body that must be an object.
   *
   * @throws ProblemException 400 with the error's line and column
   */
  static ObjectNode readObject(byte[] body) {
    JsonNode node = read(body);
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new ProblemException(
        HttpStatus.BAD_REQUEST, "The body must be a JSON object, {…}, but is " + kind(node) + ".");
  }

  private static JsonNode read(byte[] body) {
    if (body.length == 0) {
      throw new ProblemException(
          HttpStatus.BAD_REQUEST, "The body is empty; send a JSON object, {…}.");
    }
    try {
      JsonNode node = MAPPER.readTree(body);
      if (node.isMissingNode()) {
        throw new ProblemException(
            HttpStatus.BAD_REQUEST, "The body is blank; send a JSON object, {…}.");
      }
      return node;
    } catch (JacksonException e) {
      throw new ProblemException(HttpStatus.BAD_REQUEST, describe(e));
    }
  }

  /** The error and its location, without names of Java classes. */
  private static String describe(JacksonException exception) {
    TokenStreamLocation location = exception.getLocation();
    String where =
        location == null || location.getLineNr() < 1
            ? ""
            : " in line " + location.getLineNr() + ", column " + location.getColumnNr();
    String what =
        exception
            .getOriginalMessage()
            // Jackson appends where the bracket was opened, with the name of its source class.
            .replaceAll("(?s) ?\\(start marker at .*", "")
            .replaceAll("(?s)\\n.*", "");
    return "The body is not valid JSON" + where + ": " + Problems.abbreviated(what, 200) + ".";
  }

  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      default -> "null";
    };
  }
}
