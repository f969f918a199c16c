package dev.resnet.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApiDocumentTests extends ApiOverHttp {
  @Test
  void pagesAreReadStrictly() throws Exception {
    assertThat(get("/items").body())
        .isEqualTo(
            "{\"items\":[\"created_at desc 0\"],\"page\":0,\"size\":20,\"total_items\":41,"
                + "\"total_pages\":3}");
    assertThat(get("/items?page=2&size=100&sort=epoch").body())
        .contains("epoch asc 200", "\"total_pages\":1");
    JsonNode errors = problem(get("/items?page=-1&size=101&sort=id,up"), 400).get("errors");
    assertThat(errors.valueStream().map(error -> error.get("field").stringValue()))
        .containsExactly("page", "size", "sort");
    assertThat(errors.get(2).get("message").stringValue()).contains("created_at, epoch");
  }

  @Test
  void theOpenApiDocumentAgreesWithTheRealJson() throws Exception {
    JsonNode openApi = JSON.readTree(get("/v3/api-docs").body());

    assertThat(openApi.at("/info/title").stringValue()).isEqualTo("resnet-service");
    assertThat(openApi.at("/components/schemas/Body/properties").propertyNames())
        .containsExactly("name", "size_limit");
    assertThat(openApi.at("/components/schemas/Problem/properties").propertyNames())
        .containsExactlyInAnyOrder(
            "type", "title", "status", "detail", "instance", "request_id", "trace_id", "errors");
    assertThat(openApi.at("/components/schemas/FieldError/properties").propertyNames())
        .contains("field", "message");
    openApi
        .get("paths")
        .propertyStream()
        .flatMap(path -> path.getValue().valueStream())
        .forEach(
            operation -> {
              for (String status : List.of("4XX", "5XX")) {
                assertThat(
                        operation
                            .at("/responses/" + status)
                            .at("/content/application~1problem+json/schema/$ref")
                            .stringValue(""))
                    .isEqualTo("#/components/schemas/Problem");
              }
            });
    assertThat(
            openApi
                .at("/paths/~1items/get/parameters")
                .valueStream()
                .map(parameter -> parameter.get("name").stringValue()))
        .containsExactly("page", "size", "sort");
    assertThat(openApi.at("/paths/~1error").isMissingNode()).isTrue();
  }

  @Test
  void swaggerUiIsThere() throws Exception {
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.ALWAYS)
            .build()
            .send(request("/swagger-ui.html").build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("swagger-ui");
    assertThat(get("/v3/api-docs/swagger-config").body()).contains("\"tryItOutEnabled\":true");
  }
}
