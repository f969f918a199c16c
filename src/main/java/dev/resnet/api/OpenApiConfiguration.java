package dev.resnet.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.QueryParameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the OpenAPI document match the service: names, errors, paging. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {
  private static final String PROBLEM_REF = "#/components/schemas/Problem";

  /** The Open Inference Protocol has its own error format. */
  private static final String INFERENCE_PROTOCOL = "/v2";

  static {
    SpringDocUtils.getConfig().addRequestWrapperToIgnore(PageRequest.class);
  }

  @Bean
  OpenAPI openApi(ObjectProvider<BuildProperties> build) {
    BuildProperties properties = build.getIfAvailable();
    return new OpenAPI()
        .info(
            new Info()
                .title("resnet-service")
                .version(properties == null ? "development" : properties.getVersion())
                .description(
                    "Trains residual networks (depth 6n+2) on small images (32×32 to 96×96) and serves them. Start"
                        + " a training job with a `stack_n`, poll its loss and accuracy by epoch,"
                        + " then classify images with the trained model. The data set `synthetic`"
                        + " needs no download. Every error is a problem detail (RFC 9457) that"
                        + " lists all invalid fields at once."));
  }

  /** Names as Jackson writes them; springdoc has its own object mapper. */
  @Bean
  ModelResolver snakeCaseModelResolver(ObjectMapperProvider provider) {
    return new ModelResolver(
            provider
                .jsonMapper()
                .copy()
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE))
        .openapi31(provider.isOpenapi31());
  }

  @Bean
  OpenApiCustomizer problemResponses(ObjectMapperProvider provider) {
    return openApi -> {
      if (openApi.getPaths() == null) {
        return;
      }
      ModelConverters.getInstance(provider.isOpenapi31())
          .resolveAsResolvedSchema(new AnnotatedType(Problem.class))
          .referencedSchemas
          .forEach((name, schema) -> openApi.getComponents().addSchemas(name, schema));
      openApi.getPaths().entrySet().stream()
          .filter(path -> !path.getKey().startsWith(INFERENCE_PROTOCOL))
          .flatMap(path -> path.getValue().readOperations().stream())
          .forEach(OpenApiConfiguration::addProblems);
    };
  }

  /**
   * Corrects fields that hold an object or null. springdoc writes both a reference and the type
   * null, and in OpenAPI 3.1 a value would have to match both.
   */
  @Bean
  OpenApiCustomizer nullableReferences() {
    return openApi -> {
      if (openApi.getComponents() == null || openApi.getComponents().getSchemas() == null) {
        return;
      }
      openApi
          .getComponents()
          .getSchemas()
          .values()
          .forEach(OpenApiConfiguration::separateNullFromReferences);
    };
  }

  /** Publishes the schemas that request bodies are validated against. */
  @Bean
  OpenApiCustomizer requestSchemas(ObjectProvider<JsonRequest<?>> requests) {
    return openApi -> requests.forEach(request -> request.publish(openApi.getComponents()));
  }

  private static void separateNullFromReferences(Schema<?> schema) {
    if (schema.getProperties() == null) {
      return;
    }
    schema
        .getProperties()
        .replaceAll(
            (name, property) ->
                property.get$ref() != null
                        && property.getTypes() != null
                        && property.getTypes().contains("null")
                    ? RequestSchemas.orNull(property)
                    : property);
  }

  private static void addProblems(Operation operation) {
    if (operation.getResponses() == null) {
      operation.setResponses(new ApiResponses());
    }
    ApiResponses responses = operation.getResponses();
    responses.forEach(
        (status, response) -> {
          if (status.startsWith("4") || status.startsWith("5")) {
            response.setContent(problem());
          }
        });
    responses.computeIfAbsent(
        "4XX",
        status ->
            new ApiResponse()
                .description("The request is invalid: 'detail' and 'errors' explain why.")
                .content(problem()));
    responses.computeIfAbsent(
        "5XX",
        status ->
            new ApiResponse()
                .description(
                    "500: the service failed; its log has the cause under the id in 'instance'. 503:"
                        + " it is temporarily unavailable; 'detail' explains why, and Retry-After"
                        + " says when to try again.")
                .content(problem()));
  }

  private static Content problem() {
    return new Content()
        .addMediaType(
            Problem.MEDIA_TYPE.toString(),
            new MediaType().schema(new Schema<>().$ref(PROBLEM_REF)));
  }

  /** Adds the query parameters of a {@code @Sortable PageRequest}. */
  @Bean
  OperationCustomizer pagingParameters() {
    return (operation, handler) -> {
      Arrays.stream(handler.getMethodParameters())
          .map(parameter -> parameter.getParameterAnnotation(Sortable.class))
          .filter(Objects::nonNull)
          .forEach(sortable -> addPaging(operation, sortable));
      return operation;
    };
  }

  private static void addPaging(Operation operation, Sortable sortable) {
    List<String> orders =
        Arrays.stream(sortable.value())
            .flatMap(field -> Stream.of(field, field + ",asc", field + ",desc"))
            .toList();
    StringSchema sort = new StringSchema();
    sort.setEnum(orders);
    sort.setDefault(sortable.defaultSort());
    operation
        .addParametersItem(
            new QueryParameter()
                .name("page")
                .description("Counted from 0.")
                .schema(new IntegerSchema().minimum(BigDecimal.ZERO)._default(0)))
        .addParametersItem(
            new QueryParameter()
                .name("size")
                .description("Most items per page.")
                .schema(
                    new IntegerSchema()
                        .minimum(BigDecimal.ONE)
                        .maximum(BigDecimal.valueOf(PageRequest.LARGEST))
                        ._default(PageRequest.DEFAULT_SIZE)))
        .addParametersItem(
            new QueryParameter()
                .name("sort")
                .description("The field to sort by, ascending unless ,desc follows.")
                .schema(sort));
  }
}
