package dev.resnet.oip.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Adds the protocol's errors to the OpenAPI document, after the answers of access control, and an
 * example that can be sent: a black image.
 */
@Component
@Order(1)
final class ProtocolInDocument implements OpenApiCustomizer {
  private static final String SCHEMA = "InferenceError";
  private static final String JSON = "application/json";

  private static final String BLACK_IMAGE =
      """
      {"id": "42", "inputs": [{"name": "image", "shape": [1, 32, 32, 3], "datatype": "UINT8", "data": [%s]}],
       "outputs": [{"name": "probabilities", "parameters": {"classification": 3}}, {"name": "label"}]}"""
          .formatted("0,".repeat(3071) + "0");

  @Override
  public void customise(OpenAPI document) {
    if (document.getPaths() == null) {
      return;
    }
    document
        .getComponents()
        .addSchemas(
            SCHEMA,
            new ObjectSchema()
                .description("An error of the Open Inference Protocol")
                .addProperty("error", new StringSchema().description("What is wrong")));
    document.getPaths().entrySet().stream()
        .filter(path -> path.getKey().equals("/v2") || path.getKey().startsWith("/v2/"))
        .filter(path -> !path.getKey().startsWith("/v2/health/"))
        .flatMap(path -> path.getValue().readOperations().stream())
        .forEach(ProtocolInDocument::add);
    document.getPaths().entrySet().stream()
        .filter(path -> path.getKey().startsWith("/v2/") && path.getKey().endsWith("/infer"))
        .map(path -> path.getValue().getPost().getRequestBody().getContent().get(JSON))
        .forEach(body -> body.setExample(BLACK_IMAGE));
  }

  private static void add(Operation operation) {
    ApiResponses responses = operation.getResponses();
    responses.putIfAbsent("4XX", new ApiResponse().description("The request is wrong."));
    responses.putIfAbsent(
        "5XX",
        new ApiResponse()
            .description("500: the service failed. 503: try again after Retry-After seconds."));
    responses.forEach(
        (status, response) -> {
          if (status.startsWith("4") || status.startsWith("5")) {
            response.setContent(
                new Content()
                    .addMediaType(
                        JSON,
                        new MediaType()
                            .schema(new Schema<>().$ref("#/components/schemas/" + SCHEMA))));
          }
        });
  }
}
