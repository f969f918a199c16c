package dev.resnet.api;

import io.swagger.v3.oas.models.media.Discriminator;
import io.swagger.v3.oas.models.media.Schema;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Validates a body against its schema. Invalid values are reported and set to null, so that the
 * rest can still be validated.
 */
final class SchemaCheck {
  /** Describes in words which texts a pattern allows. */
  static final String ALLOWED = "x-allowed";

  /**
   * An unpaired surrogate is not a character, and strict parsers reject it. PostgreSQL rejects NUL.
   * No text in a request needs either.
   */
  private static final Pattern UNSOUND = Pattern.compile("[\\x00\\p{Cs}]");

  private static final BigDecimal LARGEST_DOUBLE = BigDecimal.valueOf(Double.MAX_VALUE);

  private static final String MUST_BE_SOUND =
      "must not hold \\u0000 or half of a surrogate pair (\\ud800 to \\udfff)";

  private final Map<String, Schema<?>> schemas;
  private final Problems problems;

  SchemaCheck(Map<String, Schema<?>> schemas, Problems problems) {
    this.schemas = schemas;
    this.problems = problems;
  }

  /**
   * Validates the fields of an object.
   *
   * @param path the object's path with a dot at the end; empty for the body
   */
  void object(Schema<?> schema, ObjectNode object, String path) {
    Map<String, Schema> properties = schema.getProperties();
    if (properties == null) {
      return; // a map with any names, which the request's own rules check
    }
    List<String> required = Objects.requireNonNullElse(schema.getRequired(), List.of());
    properties.forEach(
        (name, property) -> {
          JsonNode given = object.path(name);
          if (given.isMissingNode() || given.isNull()) {
            if (required.contains(name)) {
              problems.add(path + name, "is required");
            }
          } else if (!isRight(property, given, path + name)) {
            object.putNull(name);
          }
        });
    for (String name : object.propertyNames()) {
      if (!properties.containsKey(name)) {
        problems.add(
            path + name,
            UNSOUND.matcher(name).find()
                ? "is not a known field; its name " + MUST_BE_SOUND
                : Spelling.unknownField(name, properties.keySet()));
      }
    }
  }

  /**
   * Whether the value can be bound. Invalid values inside it have been reported and set to null.
   */
  private boolean isRight(Schema<?> declared, JsonNode value, String path) {
    Schema<?> schema = RequestSchemas.resolve(declared, schemas);
    if (schema.getDiscriminator() != null && value instanceof ObjectNode object) {
      return union(schema.getDiscriminator(), object, path + ".");
    }
    if (value.isString() && UNSOUND.matcher(value.stringValue()).find()) {
      problems.add(path, MUST_BE_SOUND);
      return false;
    }
    if (!matches(schema, value)) {
      problems.add(path, "must be " + expected(schema) + ", was " + shown(value));
      return false;
    }
    if (value instanceof ObjectNode object) {
      object(schema, object, path + ".");
    } else if (value instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        if (!isRight(schema.getItems(), list.get(i), path + "[" + i + "]")) {
          list.setNull(i);
        }
      }
    }
    return true;
  }

  private boolean union(Discriminator discriminator, ObjectNode object, String path) {
    String tag = discriminator.getPropertyName();
    JsonNode given = object.path(tag);
    if (given.isMissingNode() || given.isNull()) {
      problems.add(path + tag, "is required");
      return false;
    }
    Map<String, String> variants = discriminator.getMapping();
    String variant = given.isString() ? variants.get(given.stringValue()) : null;
    if (variant == null) {
      problems.add(path + tag, "must be " + oneOf(variants.keySet()) + ", was " + shown(given));
      return false;
    }
    object(RequestSchemas.target(variant, schemas), object, path);
    return true;
  }

  private static boolean matches(Schema<?> schema, JsonNode value) {
    return switch (type(schema)) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "boolean" -> value.isBoolean();
      case "integer" ->
          value.isIntegralNumber()
              && value.canConvertToLong()
              && inRange(schema, value.decimalValue());
      case "number" -> value.isNumber() && isDouble(value) && inRange(schema, value.decimalValue());
      case "string" -> value.isString() && isText(schema, value.stringValue());
      default -> throw new IllegalStateException("no check for " + schema);
    };
  }

  /** Whether the number is in the range of a double; Jackson throws if a whole number is not. */
  private static boolean isDouble(JsonNode value) {
    return value.isIntegralNumber()
        ? value.decimalValue().abs().compareTo(LARGEST_DOUBLE) <= 0
        : Double.isFinite(value.doubleValue());
  }

  private static boolean inRange(Schema<?> schema, BigDecimal value) {
    BigDecimal above = schema.getExclusiveMinimumValue();
    BigDecimal below = schema.getExclusiveMaximumValue();
    BigDecimal min = schema.getMinimum();
    BigDecimal max = schema.getMaximum();
    return (min == null || value.compareTo(min) >= 0)
        && (max == null || value.compareTo(max) <= 0)
        && (above == null || value.compareTo(above) > 0)
        && (below == null || value.compareTo(below) < 0);
  }

  /** Lengths are in code points: an emoji is one character. */
  private static boolean isText(Schema<?> schema, String text) {
    if (schema.getEnum() != null) {
      return schema.getEnum().contains(text);
    }
    int length = text.codePointCount(0, text.length());
    return (schema.getConst() == null || schema.getConst().equals(text))
        && (schema.getMinLength() == null || length >= schema.getMinLength())
        && (schema.getMaxLength() == null || length <= schema.getMaxLength())
        && (schema.getPattern() == null || text.matches(schema.getPattern()));
  }

  private static String expected(Schema<?> schema) {
    return switch (type(schema)) {
      case "object" -> "an object, {…}";
      case "array" -> "a list, […]";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number from " + schema.getMinimum() + " to " + schema.getMaximum();
      case "number" -> ("a number " + range(schema)).strip();
      default -> schema.getEnum() == null ? text(schema) : oneOf(schema.getEnum());
    };
  }

  /** For a message: {@code "greater than 0 and at most 10"}. */
  private static String range(Schema<?> schema) {
    return Stream.of(
            said("at least ", schema.getMinimum()),
            said("greater than ", schema.getExclusiveMinimumValue()),
            said("at most ", schema.getMaximum()),
            said("less than ", schema.getExclusiveMaximumValue()))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" and "));
  }

  private static String said(String words, @Nullable BigDecimal limit) {
    return limit == null ? "" : words + limit.toPlainString();
  }

  private static String text(Schema<?> schema) {
    String length =
        schema.getMaxLength() == null
            ? ""
            : " of %d to %d characters"
                .formatted(
                    Objects.requireNonNullElse(schema.getMinLength(), 0), schema.getMaxLength());
    Object allowed = schema.getExtensions() == null ? null : schema.getExtensions().get(ALLOWED);
    return "a text" + length + (allowed == null ? "" : ": " + allowed);
  }

  private static String oneOf(Collection<?> choices) {
    return choices.stream()
        .filter(Objects::nonNull)
        .map(String::valueOf)
        .collect(Collectors.joining("\", \"", "one of \"", "\""));
  }

  private static String type(Schema<?> schema) {
    Set<String> types = schema.getTypes();
    if (types == null) {
      return "object"; // a union
    }
    return types.stream().filter(type -> !type.equals("null")).findFirst().orElseThrow();
  }

  private static String shown(JsonNode value) {
    return value.isContainer() ? StrictJson.kind(value) : Problems.abbreviated(value.toString());
  }
}
