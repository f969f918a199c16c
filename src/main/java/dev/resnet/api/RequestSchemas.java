package dev.resnet.api;

import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.media.Schema;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Schemas of request bodies: generated from annotations, then completed with common rules. */
final class RequestSchemas {
  private static final String REF = "#/components/schemas/";

  /** Keywords that {@link SchemaCheck} validates or that only describe. */
  private static final Set<String> KNOWN =
      Set.of(
          ("type format properties required additionalProperties items enum const minimum maximum"
                  + " exclusiveMinimum exclusiveMaximum minLength maxLength pattern oneOf"
                  + " discriminator $ref description default example "
                  + SchemaCheck.ALLOWED)
              .split(" "));

  private RequestSchemas() {}

  /** Forbids unknown fields and allows null for optional fields. */
  static Map<String, Schema<?>> strict(Map<String, ? extends Schema> resolved) {
    Map<String, Schema<?>> schemas = new LinkedHashMap<>();
    resolved.forEach((name, schema) -> schemas.put(name, schema));
    schemas.values().forEach(RequestSchemas::onlyKnownWords);
    schemas.values().forEach(union -> tagVariants(union, schemas));
    schemas.values().forEach(RequestSchemas::close);
    return schemas;
  }

  /** Resolves a reference, also a nullable one; returns any other schema unchanged. */
  static Schema<?> resolve(Schema<?> schema, Map<String, Schema<?>> schemas) {
    if (schema.getOneOf() != null && schema.getDiscriminator() == null) {
      return resolve(schema.getOneOf().get(0), schemas);
    }
    return schema.get$ref() == null ? schema : target(schema.get$ref(), schemas);
  }

  static Schema<?> target(String reference, Map<String, Schema<?>> schemas) {
    Schema<?> target = schemas.get(reference.substring(REF.length()));
    if (target == null) {
      throw new IllegalArgumentException("there is no schema " + reference);
    }
    return target;
  }

  /**
   * A schema for an object of the referenced schema or null. OpenAPI 3.1 needs two schemas for it.
   */
  static Schema<?> orNull(Schema<?> reference) {
    return new Schema<>()
        .description(reference.getDescription())
        .oneOf(
            List.of(
                new Schema<>().$ref(reference.get$ref()), new Schema<>().types(Set.of("null"))));
  }

  /** The paths of all fields, also of those that only some variants of a choice have. */
  static Set<String> fields(Schema<?> object, Map<String, Schema<?>> schemas) {
    Set<String> fields = new LinkedHashSet<>();
    object
        .getProperties()
        .forEach(
            (name, property) -> {
              fields.add(name);
              Schema<?> type = resolve(property, schemas);
              Stream<Schema<?>> types =
                  type.getDiscriminator() == null
                      ? Stream.of(type)
                      : type.getDiscriminator().getMapping().values().stream()
                          .map(variant -> target(variant, schemas));
              types
                  .filter(inner -> inner.getProperties() != null)
                  .flatMap(inner -> fields(inner, schemas).stream())
                  .forEach(inner -> fields.add(name + "." + inner));
            });
    return fields;
  }

  /** Refuses keywords that would be published but not validated. */
  private static void onlyKnownWords(Schema<?> schema) {
    for (Object word : Json31.mapper().convertValue(schema, Map.class).keySet()) {
      if (!KNOWN.contains(word)) {
        throw new IllegalArgumentException("requests are not checked for '" + word + "'");
      }
    }
    if (schema.getPattern() != null && !schema.getPattern().matches("(?s)\\^.*\\$")) {
      throw new IllegalArgumentException("a pattern must match the whole text: ^…$");
    }
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(RequestSchemas::onlyKnownWords);
    }
    if (schema.getItems() != null) {
      onlyKnownWords(schema.getItems());
    }
  }

  /** Adds to each variant of a union the field that identifies the variant. */
  private static void tagVariants(Schema<?> union, Map<String, Schema<?>> schemas) {
    if (union.getDiscriminator() == null) {
      return;
    }
    String tag = union.getDiscriminator().getPropertyName();
    union.setProperties(null);
    union.setRequired(null);
    union
        .getDiscriminator()
        .getMapping()
        .forEach(
            (value, reference) -> {
              Schema<?> variant = target(reference, schemas);
              Map<String, Schema> properties = new LinkedHashMap<>();
              properties.put(tag, new Schema<>().types(Set.of("string"))._const(value));
              properties.putAll(variant.getProperties());
              variant.setProperties(properties);
              variant.addRequiredItem(tag);
            });
  }

  private static void close(Schema<?> schema) {
    if (schema.getProperties() == null) {
      return;
    }
    schema.setAdditionalProperties(false);
    schema
        .getProperties()
        .replaceAll(
            (name, property) -> {
              boolean optional =
                  schema.getRequired() == null || !schema.getRequired().contains(name);
              return nullable(completed(property), optional);
            });
  }

  /** Writes enum values as clients do, and limits integers to the range of the Java type. */
  @SuppressWarnings("unchecked")
  private static Schema<?> completed(Schema<?> value) {
    if (value.getItems() != null) {
      completed(value.getItems());
    }
    if (value.getEnum() != null) {
      ((List<Object>) value.getEnum())
          .replaceAll(constant -> constant.toString().toLowerCase(Locale.ROOT));
    }
    if (value.getTypes() != null && value.getTypes().contains("integer")) {
      boolean is32 = "int32".equals(value.getFormat());
      BigDecimal most = BigDecimal.valueOf(is32 ? Integer.MAX_VALUE : Long.MAX_VALUE);
      BigDecimal least = most.negate().subtract(BigDecimal.ONE);
      value.setMinimum(Objects.requireNonNullElse(value.getMinimum(), least));
      value.setMaximum(Objects.requireNonNullElse(value.getMaximum(), most));
    }
    return value;
  }

  private static Schema<?> nullable(Schema<?> property, boolean optional) {
    if (!optional) {
      return property;
    }
    if (property.get$ref() != null) {
      return orNull(property);
    }
    Set<String> types = new LinkedHashSet<>(property.getTypes());
    types.add("null");
    property.setTypes(types);
    if (property.getEnum() != null) {
      property.getEnum().add(null);
    }
    return property;
  }
}
