package dev.resnet.security;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells a client who it is to the service. */
@RestController
@Tag(name = "Access", description = "Who may do what")
class CallerController {
  private final Credentials credentials;

  CallerController(Credentials credentials) {
    this.credentials = credentials;
  }

  /** A client, as the service sees it. */
  @Schema(name = "Caller")
  record CallerResponse(
      @Schema(
              description = "The name of the key, the subject of the token, or anybody",
              example = "ci")
          String name,
      @Schema(
              description = "What it may do, with all that stands before it: read, classify, train",
              example = "train",
              allowableValues = {"read", "classify", "train", "admin"})
          String scope,
      @Schema(
              description =
                  "Whether this service asks for a key or token. If not, everybody may do"
                      + " everything",
              example = "true")
          boolean authenticated) {}

  @GetMapping(path = "/api/v1/me", produces = "application/json")
  @Operation(
      summary = "Get the caller's name and scope",
      description =
          "Shows which key or token the service has seen, and what it allows. Without keys and JWT"
              + " issuer everybody is the same caller, with the scope admin.")
  @ApiResponse(responseCode = "200", description = "The caller.", useReturnTypeSchema = true)
  CallerResponse me() {
    Authentication caller = SecurityContextHolder.getContext().getAuthentication();
    Scope scope = Scope.highest(caller.getAuthorities()).orElse(Scope.READ);
    return new CallerResponse(caller.getName(), scope.wireName(), credentials.areNeeded());
  }
}
