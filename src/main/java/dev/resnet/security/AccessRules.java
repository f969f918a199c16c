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
 * Which scope each request needs, as one table; the first line that fits decides. What stands in no
 * line needs {@link Scope#ADMIN}, so that an endpoint that was forgotten here is shut, and the test
 * of the API's document names it.
 */
final class AccessRules {

  /**
   * One line.
   *
   * @param scope null where everybody may
   * @param declared whether somebody has written it down for these requests
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
            // A page and a document that hold no data, for a person who has yet to enter a key.
            open("/swagger-ui.html"),
            open("/swagger-ui/**"),
            open("/v3/api-docs"),
            open("/v3/api-docs/**"),
            open("/v3/api-docs.yaml"),
            rule(HttpMethod.GET, "/api/**", READ),
            // Says which methods there are.
            rule(HttpMethod.OPTIONS, "/api/**", READ),
            rule(HttpMethod.POST, "/api/v1/classify", CLASSIFY),
            rule(HttpMethod.POST, "/api/v1/models/{name}/classify", CLASSIFY),
            rule(HttpMethod.POST, "/api/v1/models/{name}/versions/{version}/classify", CLASSIFY),
            rule(HttpMethod.POST, "/api/v1/models/{name}/versions/{version}/promote", ADMIN),
            rule(HttpMethod.POST, "/api/v1/models/{name}/rollback", ADMIN),
            rule(HttpMethod.DELETE, "/api/v1/models/{name}/versions/{version}", ADMIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs", TRAIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs/{id}/cancel", TRAIN),
            rule(HttpMethod.POST, "/api/v1/training-jobs/{id}/resume", TRAIN),
            rule(HttpMethod.DELETE, "/api/v1/training-jobs/{id}", TRAIN));
  }

  private static Rule open(String path) {
    return rule(HttpMethod.GET, path, null);
  }

  private static Rule rule(HttpMethod method, String path, @Nullable Scope scope) {
    return new Rule(method, PathPatternParser.defaultInstance.parse(path), scope, true);
  }

  /** The line that decides about a request; who may GET may also ask for the headers alone. */
  Rule rule(HttpMethod method, PathContainer path) {
    HttpMethod asked = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
    return rules.stream().filter(rule -> rule.fits(asked, path)).findFirst().orElse(THE_REST);
  }
}
