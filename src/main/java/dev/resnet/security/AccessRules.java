package dev.resnet.security;

import static dev.resnet.security.Scope.ADMIN;
import static dev.resnet.security.Scope.CLASSIFY;
import static dev.resnet.security.Scope.READ;
import static dev.resnet.security.Scope.TRAIN;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The scope that each request needs, as one table; the first matching rule decides. Requests
 * without a rule need {@link Scope#ADMIN}: an endpoint that was forgotten here is closed, and the
 * test of the OpenAPI document reports it.
 */
final class AccessRules {

  /**
   * One rule.
   *
   * @param scope null if no key is needed
   * @param declared whether the table has a rule for the request
   */
  record Rule(
      @Nullable HttpMethod method,
      @Nullable PathPattern path,
      @Nullable Scope scope,
      boolean declared) {

    private boolean fits(HttpMethod asked, PathContainer askedPath) {
      return (method == null || method.equals(asked)) && (path == null || path.matches(askedPath));
    }
  }

  private static final Rule THE_REST = new Rule(null, null, ADMIN, false);

  private final List<Rule> rules;

  /**
   * The rules of the service.
   *
   * @param actuator the path of actuator's endpoints
   */
  AccessRules(String actuator) {
    rules =
        List.of(
            // Probes have no keys.
            open(actuator + "/health"),
            open(actuator + "/health/**"),
            // A page and a document without data, for a user who has not entered a key yet.
            open("/swagger-ui.html"),
            open("/swagger-ui/**"),
            open("/v3/api-docs"),
            open("/v3/api-docs/**"),
            open("/v3/api-docs.yaml"),
            // The Open Inference Protocol, with its probes.
            open("/v2/health/**"),
            rule(HttpMethod.GET, "/v2/**", CLASSIFY),
            rule(HttpMethod.POST, "/v2/models/{name}/infer", CLASSIFY),
            rule(HttpMethod.POST, "/v2/models/{name}/versions/{version}/infer", CLASSIFY),
            rule(HttpMethod.POST, "/v2/repository/index", CLASSIFY),
            rule(HttpMethod.GET, "/api/v1/training-jobs/{id}/checkpoints/{epoch}", TRAIN),
            rule(HttpMethod.GET, "/api/v1/datasets/{name}/archive", TRAIN),
            rule(HttpMethod.GET, "/api/v1/models/{name}/versions/{version}/export", TRAIN),
            rule(HttpMethod.GET, "/api/**", READ),
            // Lists the allowed methods.
            rule(HttpMethod.OPTIONS, "/api/**", READ),
            rule(HttpMethod.POST, "/api/v1/classify", CLASSIFY),
            rule(HttpMethod.POST, "/api/v1/models/{name}/classify", CLASSIFY),
            rule(HttpMethod.POST, "/api/v1/models/{name}/versions/{version}/classify", CLASSIFY),
            rule(HttpMethod.POST, "/api/v1/models/{name}/aliases/{alias}/classify", CLASSIFY),
            rule(HttpMethod.PUT, "/api/v1/models/{name}/versions", ADMIN),
            rule(HttpMethod.PUT, "/api/v1/models/{name}/aliases/{alias}", ADMIN),
            rule(HttpMethod.DELETE, "/api/v1/models/{name}/aliases/{alias}", ADMIN),
            rule(HttpMethod.POST, "/api/v1/models/{name}/versions/{version}/promote", ADMIN),
            rule(HttpMethod.POST, "/api/v1/models/{name}/versions/{version}/evaluate", TRAIN),
            rule(HttpMethod.POST, "/api/v1/models/{name}/rollback", ADMIN),
            rule(HttpMethod.DELETE, "/api/v1/models/{name}/versions/{version}", ADMIN),
            rule(HttpMethod.POST, "/api/v1/backup", ADMIN),
            rule(HttpMethod.PUT, "/api/v1/datasets/{name}", TRAIN),
            rule(HttpMethod.DELETE, "/api/v1/datasets/{name}", TRAIN),
            rule(HttpMethod.POST, "/api/v1/datasets/{name}/images/{split}/{class}", TRAIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs", TRAIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs/estimate", TRAIN),
            rule(HttpMethod.PATCH, "/api/v1/training-jobs/{id}", TRAIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs/{id}/pause", TRAIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs/{id}/cancel", TRAIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs/{id}/resume", TRAIN),
            rule(HttpMethod.DELETE, "/api/v1/training-jobs/{id}", TRAIN),
            rule(HttpMethod.POST, "/api/v1/sweeps", TRAIN),
            rule(HttpMethod.POST, "/api/v1/sweeps/{id}/cancel", TRAIN),
            rule(HttpMethod.POST, "/api/v1/sweeps/{id}/pause", TRAIN),
            rule(HttpMethod.POST, "/api/v1/sweeps/{id}/resume", TRAIN),
            rule(HttpMethod.POST, "/api/v1/sweeps/{id}/promote", ADMIN),
            rule(HttpMethod.DELETE, "/api/v1/sweeps/{id}", TRAIN));
  }

  private static Rule open(String path) {
    return rule(HttpMethod.GET, path, null);
  }

  private static Rule rule(HttpMethod method, String path, @Nullable Scope scope) {
    return new Rule(method, PathPatternParser.defaultInstance.parse(path), scope, true);
  }

  /** The rule for a request; HEAD has the rule of GET. */
  Rule rule(HttpMethod method, PathContainer path) {
    HttpMethod asked = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
    return rules.stream().filter(rule -> rule.fits(asked, path)).findFirst().orElse(THE_REST);
  }
}
