package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.resnet.RunningService;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/**
 * Tests every endpoint with every scope, from the service's OpenAPI document. A new endpoint is
 * tested automatically and fails if it has no declared scope.
 */
class SecurityMatrixTests {
  private static final String PROBLEM = "#/components/schemas/Problem";

  @TempDir private static Path home;
  private static RunningService service;

  private record Operation(String method, String path, JsonNode description) {
    /** A valid path without a resource. */
    String address() {
      return path.replaceAll("\\{(epoch|index|version)}", "1").replaceAll("\\{[^}]+}", "none");
    }

    String declaredScope() {
      return description.at("/security/0/" + ScopesInDocument.SCHEME + "/0").asString("");
    }
  }

  @BeforeAll
  static void start() {
    service = RunningService.start(home, TestKeys.settings()).awaitHealthy();
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @TestFactory
  Stream<DynamicTest> everyOperationOpensToItsScopeAndThoseAbove() throws Exception {
    List<Operation> operations = operations();
    assertThat(operations).hasSizeGreaterThanOrEqualTo(14);
    return operations.stream()
        .map(
            operation ->
                dynamicTest(operation.method() + " " + operation.path(), () -> check(operation)));
  }

  private static void check(Operation operation) throws Exception {
    if (operation.path().startsWith("/v2/health/")) {
      assertThat(status(operation, null)).as("a probe, without a key").isNotIn(401, 403);
      return;
    }
    String declared = operation.declaredScope();
    assertThat(declared).as("the scope that AccessRules declares").isNotEmpty();
    assertThat(declared).isEqualTo(promised(operation).wireName());
    assertThat(operation.description().get("description").stringValue())
        .contains("Needs the scope `" + declared + "`.");
    boolean inference = operation.path().matches("/v2(/.*)?");
    for (String status : List.of("401", "403")) {
      assertThat(
              operation
                  .description()
                  .at(
                      "/responses/%s/content/application~1%s/schema/$ref"
                          .formatted(status, inference ? "json" : "problem+json"))
                  .asString())
          .isEqualTo(inference ? "#/components/schemas/InferenceError" : PROBLEM);
    }

    Scope needed = Scope.of(declared).orElseThrow();
    assertThat(status(operation, null)).as("without a key").isEqualTo(401);
    if (inference) {
      assertThat(service.call(operation.method(), operation.address(), null, "{}").body())
          .startsWith("{\"error\":\"This needs a key");
    }
    assertThat(status(operation, TestKeys.WRONG)).as("with a wrong key").isEqualTo(401);
    for (Scope scope : Scope.values()) {
      int status = status(operation, TestKeys.of(scope));
      if (scope.includes(needed)) {
        assertThat(status).as("with a key to %s", scope).isNotIn(401, 403).isLessThan(500);
      } else {
        assertThat(status).as("with a key to %s", scope).isEqualTo(403);
      }
    }
  }

  /** The scope that docs/security.md promises. */
  private static Scope promised(Operation operation) {
    if (operation.path().matches("/v2(/.*)?")) {
      return Scope.CLASSIFY;
    }
    if (operation.method().equals("GET")) {
      return operation.path().matches(".*/(archive|export|checkpoints/\\{epoch})")
          ? Scope.TRAIN
          : Scope.READ;
    }
    if (operation.method().equals("POST") && operation.path().endsWith("/classify")) {
      return Scope.CLASSIFY;
    }
    if (operation.path().endsWith("/evaluate")) {
      return Scope.TRAIN;
    }
    return operation.path().matches("/api/v1/(training-jobs|datasets|sweeps).*")
            && !operation.path().endsWith("/promote")
        ? Scope.TRAIN
        : Scope.ADMIN;
  }

  @Test
  void theDocumentNamesEveryEndpoint() throws Exception {
    List<String> documented =
        operations().stream()
            .map(operation -> operation.method() + " " + operation.path())
            .toList();
    List<String> mapped = new ArrayList<>();
    service
        .context()
        .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
        .getHandlerMethods()
        .forEach(
            (mapping, handler) -> {
              if (handler.getBeanType().getName().startsWith("dev.resnet.")
                  && !mapping.getPatternValues().contains("/error")) {
                mapping
                    .getMethodsCondition()
                    .getMethods()
                    .forEach(
                        method ->
                            mapping
                                .getPatternValues()
                                .forEach(path -> mapped.add(method + " " + path)));
              }
            });
    assertThat(mapped).isNotEmpty();
    assertThat(documented).containsAll(mapped);
  }

  @Test
  void theDocumentAndItsPageNeedNoKeyAndSayHowToSendOne() throws Exception {
    JsonNode scheme = document().at("/components/securitySchemes/" + ScopesInDocument.SCHEME);
    assertThat(scheme.get("type").stringValue()).isEqualTo("http");
    assertThat(scheme.get("scheme").stringValue()).isEqualTo("bearer");
    for (String path :
        List.of(
            "/v3/api-docs",
            "/v3/api-docs.yaml",
            "/v3/api-docs/swagger-config",
            "/swagger-ui/index.html",
            "/swagger-ui/swagger-ui-bundle.js")) {
      assertThat(service.get(path, null).statusCode()).as(path).isEqualTo(200);
    }
    assertThat(service.get("/swagger-ui.html", null).statusCode()).isEqualTo(302);
  }

  @Test
  void actuatorBeyondHealthNeedsTheScopeAdmin() throws Exception {
    JsonNode links = service.json("/actuator", TestKeys.of(Scope.ADMIN)).get("_links");
    Map<String, String> paths = new TreeMap<>();
    links
        .propertyStream()
        .forEach(
            link ->
                paths.put(
                    link.getKey(),
                    java.net
                        .URI
                        .create(
                            link.getValue().get("href").stringValue().replaceAll("/?\\{[^}]+}", ""))
                        .getPath()));
    assertThat(paths).containsKeys("self", "health", "info", "metrics", "prometheus");
    for (var path : paths.entrySet()) {
      boolean open = path.getKey().startsWith("health");
      assertThat(service.get(path.getValue(), null).statusCode())
          .as(path.getKey())
          .isEqualTo(open ? 200 : 401);
      for (Scope scope : Scope.values()) {
        assertThat(service.get(path.getValue(), TestKeys.of(scope)).statusCode())
            .as("%s with a key to %s", path.getKey(), scope)
            .isEqualTo(open || scope == Scope.ADMIN ? 200 : 403);
      }
    }
  }

  @Test
  void requestsWithoutARuleNeedTheScopeAdmin() throws Exception {
    for (String path : List.of("/", "/internal", "/error", "/apis", "/actuator/env")) {
      assertThat(service.get(path, null).statusCode()).as(path).isEqualTo(401);
      assertThat(service.get(path, TestKeys.of(Scope.TRAIN)).statusCode()).as(path).isEqualTo(403);
      assertThat(service.get(path, TestKeys.of(Scope.ADMIN)).statusCode()).as(path).isEqualTo(404);
    }
    assertThat(service.call("PUT", "/api/v1/models", TestKeys.of(Scope.TRAIN), "{}").statusCode())
        .isEqualTo(403);
    assertThat(service.call("PUT", "/api/v1/models", TestKeys.of(Scope.ADMIN), "{}").statusCode())
        .isEqualTo(405);
  }

  private static int status(Operation operation, @Nullable String key) throws Exception {
    HttpResponse<String> response =
        service.call(operation.method(), operation.address(), key, "{}");
    return response.statusCode();
  }

  @Test
  void everyOperationOfTheDocumentHasAnAnswerThatIsNoError() throws Exception {
    for (Operation operation : operations()) {
      assertThat(operation.description().get("responses").propertyNames())
          .as(operation.method() + " " + operation.path())
          .anyMatch(status -> status.startsWith("2"));
    }
  }

  private static JsonNode document() throws Exception {
    return service.json("/v3/api-docs", null);
  }

  private static List<Operation> operations() throws Exception {
    List<Operation> operations = new ArrayList<>();
    document()
        .get("paths")
        .forEachEntry(
            (path, item) ->
                item.forEachEntry(
                    (method, operation) ->
                        operations.add(
                            new Operation(
                                method.toUpperCase(java.util.Locale.ROOT), path, operation))));
    return operations;
  }
}
