package dev.resnet.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.Schema;
import java.math.BigDecimal;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of a request, declared by one record. The record's annotations become the schema that
 * the OpenAPI document publishes, and {@link #read} checks bodies with this same schema.
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
 * <p>A component that is not {@code @NotNull} may be absent or null. Nothing is converted: {@code
 * "3"} and {@code 3.0} are no integers. Clients write names in snake case and enums in lower case.
 */
public final class JsonRequest<T> {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(tools.jackson.databind.PropertyNamingStrategies.SNAKE_CASE)
          .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE)
          // The check has reported unknown fields and missing values.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private final Class<T> type;
  private final Schema<?> schema;
  private final Map<String, Schema<?>> schemas;

  private JsonRequest(Class<T> type, Schema<?> schema, Map<String, Schema<?>> schemas) {
    this.type = type;
    this.schema = schema;
    this.schemas = schemas;
  }

  /**
   * Reads the annotations of a record: those of Bean Validation for limits, {@code @Schema} for the
   * rest.
   *
   * @throws IllegalArgumentException if they say something that would be published and not checked
   */
  public static <T> JsonRequest<T> of(Class<T> type) {
    ModelConverters converters = new ModelConverters(true);
    converters.addConverter(
        new ModelResolver(
                Json31.mapper()
                    .copy()
                    .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE))
            .openapi31(true));
    var resolved = converters.resolveAsResolvedSchema(new AnnotatedType(type));
    Map<String, Schema<?>> schemas = RequestSchemas.strict(resolved.referencedSchemas);
    return new JsonRequest<>(type, RequestSchemas.resolve(resolved.schema, schemas), schemas);
  }

  /** The largest value of a field, where an operator sets it. */
  public JsonRequest<T> maximum(String field, long maximum) {
    property(field).setMaximum(BigDecimal.valueOf(maximum));
    return this;
  }

  /** The most characters of a field, where an operator sets it. */
  public JsonRequest<T> maxLength(String field, int maxLength) {
    property(field).setMaxLength(maxLength);
    return this;
  }

  private Schema<?> property(String field) {
    return (Schema<?>) schema.getProperties().get(field);
  }

  /** What the OpenAPI document shows. */
  void publish(Components components) {
    schemas.forEach(components::addSchemas);
  }

  /**
   * Reads a body and reports everything that is wrong with it at once.
   *
   * @param rules adds what a schema can't say, such as how two fields depend on each other. Fields
   *     that are wrong are null in the record that it gets, elements of lists too; {@link
   *     Problems#none} tells them from absent ones
   * @throws ProblemException 400 with every error
   */
  public T read(byte @Nullable [] body, BiConsumer<T, Problems> rules) {
    ObjectNode object = StrictJson.readObject(body == null ? new byte[0] : body);
    Problems problems = new Problems();
    new SchemaCheck(schemas, problems).object(schema, object, "");
    T request = MAPPER.treeToValue((JsonNode) object, type);
    rules.accept(request, problems);
    problems.throwIfAny();
    return request;
  }
}
