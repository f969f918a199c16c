package dev.resnet.security;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;

/**
 * Adds the scope that each operation needs to the OpenAPI document, from the same rules that are
 * enforced. Runs before the customizer that adds the schema of errors.
 */
@Component
@Order(0)
final class ScopesInDocument implements OpenApiCustomizer {
  static final String SCHEME = "bearer";

  private final AccessRules rules;

  ScopesInDocument(AccessRules rules) {
    this.rules = rules;
  }

  @Override
  public void customise(OpenAPI document) {
    if (document.getComponents() == null) {
      document.setComponents(new Components());
    }
    document
        .getComponents()
        .addSecuritySchemes(
            SCHEME,
            new SecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description(
                    "A key of this service, or a token of its JWT issuer. Each scope includes those"
                        + " before it: read, classify, train, admin. A service that listens only on its"
                        + " own machine may need no key."));
    if (document.getPaths() != null) {
      document
          .getPaths()
          .forEach(
              (path, item) ->
                  item.readOperationsMap()
                      .forEach((method, operation) -> declare(path, method, operation)));
    }
  }

  private void declare(String path, PathItem.HttpMethod method, Operation operation) {
    AccessRules.Rule rule =
        rules.rule(HttpMethod.valueOf(method.name()), PathContainer.parsePath(path));
    // An operation without a rule gets no scope; the test of the OpenAPI document reports it.
    if (!rule.declared() || rule.scope() == null) {
      return;
    }
    String scope = rule.scope().wireName();
    operation.addSecurityItem(new SecurityRequirement().addList(SCHEME, scope));
    String text = operation.getDescription();
    operation.setDescription(
        (text == null || text.isBlank() ? "" : text + " ") + "Needs the scope `" + scope + "`.");
    if (operation.getResponses() != null) {
      operation
          .getResponses()
          .addApiResponse("401", new ApiResponse().description("No valid key or token was sent."))
          .addApiResponse(
              "403",
              new ApiResponse()
                  .description("The scope of the key or token is lower than `" + scope + "`."));
    }
  }
}
