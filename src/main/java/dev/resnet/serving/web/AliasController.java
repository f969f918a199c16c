package dev.resnet.serving.web;

import dev.resnet.api.JsonRequest;
import dev.resnet.models.AliasName;
import dev.resnet.models.web.VersionResponse;
import dev.resnet.models.web.VersionResponses;
import dev.resnet.serving.AliasChanges;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Changes which version an alias points to, production above all. */
@RestController
@RequestMapping(path = "/api/v1/models", produces = "application/json")
@Tag(name = "Models")
class AliasController {
  private static final String ALIAS =
      "Lower-case letters, digits, '.', '_' and '-', a letter first; at most 63 characters.";

  private final AliasChanges changes;
  private final VersionResponses responses;
  private final JsonRequest<AliasRequest> body;

  AliasController(
      AliasChanges changes, VersionResponses responses, JsonRequest<AliasRequest> body) {
    this.changes = changes;
    this.responses = responses;
    this.body = body;
  }

  @PutMapping("/{name}/aliases/{alias}")
  @Operation(
      summary = "Point an alias to a version",
      description =
          "Makes the alias if it does not exist. The answer comes after the version has been loaded"
              + " and has classified a test image: the next request for the alias uses it, and until"
              + " then the old version answers. Other processes follow within"
              + " resnet.models.poll-interval. The alias production serves requests that name no"
              + " version, and keeps its history.",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON_VALUE,
                      schema = @Schema(implementation = AliasRequest.class),
                      examples = @ExampleObject("{\"version\": 1}"))))
  @ApiResponse(responseCode = "200", description = "The version has the alias.")
  @ApiResponse(responseCode = "404", description = "There is no such version.")
  @ApiResponse(
      responseCode = "503",
      description = "The version can't be loaded; nothing has changed.")
  VersionResponse point(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(description = ALIAS, example = "canary") @PathVariable("alias") String alias,
      @RequestBody(required = false) byte @Nullable [] json) {
    int version =
        body.read(
                json,
                (request, problems) -> {
                  if (!AliasName.isValid(alias)) {
                    problems.add("alias", AliasName.RULE);
                  }
                })
            .version();
    return responses.of(changes.point(name, alias, version));
  }

  @DeleteMapping("/{name}/aliases/{alias}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary = "Delete an alias",
      description =
          "Its version stays. Without the alias production, requests that name no version are"
              + " answered with 404, and a rollback brings it back.")
  @ApiResponse(responseCode = "204", description = "The alias is deleted.")
  @ApiResponse(responseCode = "404", description = "There is no such alias.")
  void delete(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "canary") @PathVariable("alias") String alias) {
    changes.delete(name, alias);
  }

  @PostMapping("/{name}/versions/{version}/promote")
  @Operation(
      summary = "Promote a version",
      description =
          "The short form of PUT …/aliases/production: puts the version into production after it has been loaded and has classified a"
              + " test image. Other processes follow within resnet.models.poll-interval.")
  @ApiResponse(responseCode = "200", description = "The version is in production.")
  @ApiResponse(
      responseCode = "503",
      description = "The version can't be loaded; nothing has changed.")
  VersionResponse promote(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    return responses.of(changes.promote(name, version));
  }

  @PostMapping("/{name}/rollback")
  @Operation(
      summary = "Go back to the previous version",
      description =
          "Undoes the last promotion, or the deletion of the alias production; a second call goes further back. The response"
              + " describes the version that is now in production.")
  @ApiResponse(responseCode = "200", description = "The version that is now in production.")
  @ApiResponse(responseCode = "409", description = "There is no previous version in production.")
  @ApiResponse(
      responseCode = "503",
      description = "The version can't be loaded; nothing has changed.")
  VersionResponse rollBack(@Parameter(example = "resnet-20") @PathVariable("name") String name) {
    return responses.of(changes.rollBack(name));
  }
}
