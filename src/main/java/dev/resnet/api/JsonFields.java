package dev.resnet.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;

/**
 * Reads a JSON object strictly and collects every error, so that a client learns of all bad fields
 * at once and a misspelt hyperparameter never trains silently.
 *
 * <pre>{@code
 * JsonFields fields = JsonFields.of(body).required("stack_n");
 * int stackN = fields.integer("stack_n", 1, 1, 200);
 * fields.object("learning_rate").ifPresent(rate -> rate.number("peak", 0.1, openClosed(0, 10)));
 * fields.finish();
 * }</pre>
 *
 * <p>A field that is absent or JSON {@code null} has its default. So has one that is wrong: the
 * value returned then is of no use, because {@link #finish()} throws. Nothing is converted: {@code
 * "3"} and {@code 3.0} are no integers.
 */
public final class JsonFields {
  private final JsonNode node;
  private final String path;
  private final Problems problems;
  private final boolean root;
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<String, JsonFields> children = new LinkedHashMap<>();

  private JsonFields(JsonNode node, String path, Problems problems, boolean root) {
    this.node = node;
    this.path = path;
    this.problems = problems;
    this.root = root;
  }

  /**
   * Reads a request's body.
   *
   * @throws ProblemException 400 that says where, if it is not one JSON object without duplicate
   *     names
   */
  public static JsonFields of(byte @Nullable [] body) {
    JsonNode node = StrictJson.read(body == null ? new byte[0] : body);
    if (!node.isObject()) {
      throw new ProblemException(
          HttpStatus.BAD_REQUEST,
          "The body must be a JSON object, {…}, but is " + kind(node) + ".");
    }
    return new JsonFields(node, "", new Problems(), true);
  }

  /** Makes it an error if one of these is not given. */
  public JsonFields required(String... names) {
    for (String name : names) {
      known.add(name);
      if (!has(name)) {
        error(name, "is required");
      }
    }
    return this;
  }

  /** Whether the field is given and not null. */
  public boolean has(String name) {
    return node.has(name) && !node.get(name).isNull();
  }

  /** A whole number in [min, max]. */
  public int integer(String name, int def, int min, int max) {
    return (int) wholeNumber(name, def, min, max);
  }

  /** A whole number in [min, max]. */
  public long integer64(String name, long def, long min, long max) {
    return wholeNumber(name, def, min, max);
  }

  /** A whole number in [min, max], or null where it is not given. */
  public @Nullable Integer optionalInteger(String name, int min, int max) {
    return has(name) ? Integer.valueOf(integer(name, min, min, max)) : nothing(name);
  }

  /** A number in the range, with or without a fraction. */
  public double number(String name, double def, Range range) {
    return read(
            name,
            n -> n.isNumber() && range.contains(n.doubleValue()),
            JsonNode::doubleValue,
            "must be a number " + range.description())
        .orElse(def);
  }

  /** {@code true} or {@code false}. */
  public boolean bool(String name, boolean def) {
    return read(name, JsonNode::isBoolean, JsonNode::booleanValue, "must be true or false")
        .orElse(def);
  }

  /**
   * A text.
   *
   * @param maxLength in code points: an emoji is one character
   * @param pattern matches the whole of it
   * @param description says what the pattern allows: {@code "lower-case letters, digits and '-'"}
   * @return null only if {@code def} is
   */
  public @Nullable String text(
      String name, @Nullable String def, int maxLength, Pattern pattern, String description) {
    String expected = "must be a text of 1 to " + maxLength + " characters: " + description;
    return read(
            name,
            n ->
                n.isString()
                    && !n.stringValue().isEmpty()
                    && n.stringValue().codePointCount(0, n.stringValue().length()) <= maxLength
                    && pattern.matcher(n.stringValue()).matches(),
            JsonNode::stringValue,
            expected)
        .orElse(def);
  }

  /**
   * One of an enum's constants, which clients write in lower case.
   *
   * @return null only if {@code def} is
   */
  public <E extends Enum<E>> @Nullable E choice(String name, @Nullable E def, Class<E> type) {
    Map<String, E> choices =
        Arrays.stream(type.getEnumConstants())
            .collect(
                Collectors.toMap(
                    constant -> constant.name().toLowerCase(Locale.ROOT),
                    Function.identity(),
                    (a, b) -> a,
                    LinkedHashMap::new));
    String expected =
        choices.keySet().stream().collect(Collectors.joining("\", \"", "must be one of \"", "\""));
    return read(
            name,
            n -> n.isString() && choices.containsKey(n.stringValue()),
            n -> choices.get(n.stringValue()),
            expected)
        .orElse(def);
  }

  /**
   * An object inside this one. Its errors, unknown fields among them, appear when the outermost one
   * is finished, under {@code "name.field"}.
   */
  public Optional<JsonFields> object(String name) {
    Optional<JsonNode> inner = read(name, JsonNode::isObject, n -> n, "must be an object, {…}");
    return inner.map(
        n ->
            children.computeIfAbsent(
                name, key -> new JsonFields(n, path(name) + ".", problems, false)));
  }

  /** A list of numbers; empty where it is not given. */
  public List<Double> numbers(String name) {
    return list(
        name,
        n -> n.isNumber() && Double.isFinite(n.doubleValue()),
        JsonNode::doubleValue,
        "a number");
  }

  /** A list of whole numbers; empty where it is not given. */
  public List<Integer> integers(String name) {
    return list(
        name,
        n -> n.isIntegralNumber() && n.canConvertToInt(),
        JsonNode::intValue,
        "a whole number of 32 bits");
  }

  /** A list of texts; empty where it is not given. */
  public List<String> texts(String name) {
    return list(name, JsonNode::isString, JsonNode::stringValue, "a text");
  }

  /** Adds an error that only the caller could find, such as one between two fields. */
  public void error(String name, String message) {
    problems.add(path(name), message);
  }

  /**
   * To be called once, on the outermost object, after every field was read: what was not asked for
   * is unknown.
   *
   * @throws ProblemException 400 with every error
   */
  public void finish() {
    if (!root) {
      throw new IllegalStateException("only the outermost object is finished, not " + path);
    }
    rejectUnknown();
    problems.throwIfAny();
  }

  private void rejectUnknown() {
    for (String name : node.propertyNames()) {
      if (!known.contains(name)) {
        error(
            name,
            "is not a known field"
                + Spelling.nearest(name, known)
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse(""));
      }
    }
    children.values().forEach(JsonFields::rejectUnknown);
  }

  private long wholeNumber(String name, long def, long min, long max) {
    String expected = "must be a whole number from " + min + " to " + max;
    return read(
            name,
            n ->
                n.isIntegralNumber()
                    && n.canConvertToLong()
                    && n.longValue() >= min
                    && n.longValue() <= max,
            JsonNode::longValue,
            expected)
        .orElse(def);
  }

  private <T> Optional<T> read(
      String name, Predicate<JsonNode> valid, Function<JsonNode, T> value, String expected) {
    known.add(name);
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode given = node.get(name);
    if (valid.test(given)) {
      return Optional.of(value.apply(given));
    }
    error(name, expected + ", was " + shown(given));
    return Optional.empty();
  }

  private <T> List<T> list(
      String name, Predicate<JsonNode> valid, Function<JsonNode, T> value, String expected) {
    List<T> values = new ArrayList<>();
    read(name, JsonNode::isArray, n -> n, "must be a list, […]")
        .ifPresent(
            array -> {
              for (int i = 0; i < array.size(); i++) {
                JsonNode element = array.get(i);
                if (valid.test(element)) {
                  values.add(value.apply(element));
                } else {
                  error(name + "[" + i + "]", "must be " + expected + ", was " + shown(element));
                }
              }
            });
    return values;
  }

  private @Nullable Integer nothing(String name) {
    known.add(name);
    return null;
  }

  private String path(String name) {
    return path + name;
  }

  private static String shown(JsonNode value) {
    return value.isContainer() ? kind(value) : Problems.abbreviated(value.toString());
  }

  private static String kind(JsonNode value) {
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
