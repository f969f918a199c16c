package dev.resnet.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.Schema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of a request, declared by a record. The record's annotations become the schema in the
 * OpenAPI document, and {@link #read} validates bodies against the same schema.
 *
 * <pre>{@code
 * record Rename(
 *     @Schema(description = "For people.") @NotNull @Size(min = 1, max = 100) String name,
 *     @Schema(defaultValue = "0") @Min(-10) @Max(10) @Nullable Integer priority) {}
 *
 * @Bean
 * JsonRequest<Rename> rename() {
 *   return JsonRequest.of(Rename.class);
 * }
 * }</pre>
 *
 * <p>A component without {@code @NotNull} may be absent or null. Values are not converted: {@code
 * "3"} and {@code 3.0} are not integers. Names are in snake case, enum values in lower case.
 */
public final class JsonRequest<T> {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(tools.jackson.databind.PropertyNamingStrategies.SNAKE_CASE)
          .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE)
          // SchemaCheck has already reported unknown fields and missing values.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private final Class<T> type;
  private final List<Consumer<Schema<?>>> limits = new ArrayList<>();
  private @Nullable Declaration declaration;

  private record Declaration(Schema<?> schema, Map<String, Schema<?>> schemas) {}

  private JsonRequest(Class<T> type) {
    this.type = type;
  }

  /**
   * A body declared by this record: Bean Validation for limits, {@code @Schema} for the rest. The
   * annotations are read at the first use, since that takes a tenth of a second.
   */
  public static <T> JsonRequest<T> of(Class<T> type) {
    return new JsonRequest<>(type);
  }

  /** Sets the maximum of a field whose limit is a setting. */
  public JsonRequest<T> maximum(String field, long maximum) {
    limits.add(schema -> property(schema, field).setMaximum(BigDecimal.valueOf(maximum)));
    return this;
  }

  /** Sets the maximum length, in characters, of a field whose limit is a setting. */
  public JsonRequest<T> maxLength(String field, int maxLength) {
    limits.add(schema -> property(schema, field).setMaxLength(maxLength));
    return this;
  }

  private static Schema<?> property(Schema<?> schema, String field) {
    return (Schema<?>) schema.getProperties().get(field);
  }

  /**
   * Reads the annotations.
   *
   * @throws IllegalArgumentException if an annotation would be published but not validated
   */
  private synchronized Declaration declaration() {
    if (declaration == null) {
      ModelConverters converters = new ModelConverters(true);
      converters.addConverter(
          new ModelResolver(
                  Json31.mapper()
                      .copy()
                      .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE))
              .openapi31(true));
      var resolved = converters.resolveAsResolvedSchema(new AnnotatedType(type));
      Map<String, Schema<?>> schemas = RequestSchemas.strict(resolved.referencedSchemas);
      Schema<?> schema = RequestSchemas.resolve(resolved.schema, schemas);
      limits.forEach(limit -> limit.accept(schema));
      declaration = new Declaration(schema, schemas);
    }
    return declaration;
  }

  /** Adds the schemas to the OpenAPI document. */
  void publish(Components components) {
    declaration().schemas.forEach(components::addSchemas);
  }

  /**
   * Reads a body and reports all errors at once.
   *
   * @param rules adds errors that a schema can't express, such as dependencies between fields. In
   *     the record that it gets, invalid fields and list elements are null; {@link Problems#none}
   *     distinguishes them from absent ones
   * @throws ProblemException 400 with all errors
   */
  public T read(byte @Nullable [] body, BiConsumer<T, Problems> rules) {
    ObjectNode object = StrictJson.readObject(body == null ? new byte[0] : body);
    Problems problems = new Problems();
    T request = read(object, problems, rules);
    problems.throwIfAny();
    return request;
  }

  /**
   * Reads an object that is part of another request. Invalid values in it become null.
   *
   * @param problems gets all errors; if there are any, the result is incomplete
   */
  public T read(ObjectNode object, Problems problems, BiConsumer<T, Problems> rules) {
    Declaration declared = declaration();
    new SchemaCheck(declared.schemas, problems).object(declared.schema, object, "");
    T request = MAPPER.treeToValue((JsonNode) object, type);
    rules.accept(request, problems);
    return request;
  }

  /** All fields that a body may have, with the path of those in an object: {@code a.b}. */
  public Set<String> fields() {
    return RequestSchemas.fields(declaration().schema, declaration().schemas);
  }
}
