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

/** One JSON value and nothing else: no duplicate names, no trailing text, no deep nesting. */
final class StrictJson {
  /** Deeper than any request of this service; far below what would exhaust a stack. */
  private static final int DEEPEST = 32;

  private static final String UNSOUND =
      "must not hold \\u0000 or half of a surrogate pair (\\ud800 to \\udfff)";

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
   * @throws ProblemException 400 that says what is wrong in which line and column
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
      checkTexts(node);
      return node;
    } catch (JacksonException e) {
      throw new ProblemException(HttpStatus.BAD_REQUEST, describe(e));
    }
  }

  /**
   * Half of a surrogate pair is no character, and no strict reader takes it; PostgreSQL takes no
   * NUL. No text of a request has a use for either.
   */
  private static void checkTexts(JsonNode root) {
    Problems problems = new Problems();
    checkTexts("", root, problems);
    problems.throwIfAny();
  }

  private static void checkTexts(String path, JsonNode node, Problems problems) {
    if (node.isString() && !isSound(node.stringValue())) {
      problems.add(path.isEmpty() ? "body" : path, UNSOUND);
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      checkTexts(path + "[" + i + "]", node.get(i), problems);
    }
    for (String name : node.propertyNames()) {
      String inner = path.isEmpty() ? name : path + "." + name;
      if (!isSound(name)) {
        problems.add(inner, "is not a known field; its name " + UNSOUND);
      }
      checkTexts(inner, node.get(name), problems);
    }
  }

  private static boolean isSound(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
  }

  /** Where and what, without the names of Java classes. */
  private static String describe(JacksonException exception) {
    TokenStreamLocation location = exception.getLocation();
    String where =
        location == null || location.getLineNr() < 1
            ? ""
            : " in line " + location.getLineNr() + ", column " + location.getColumnNr();
    String what =
        exception
            .getOriginalMessage()
            // Jackson appends where a bracket was opened, with the name of its source class.
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
