package dev.resnet.serving.web;

import dev.resnet.models.web.VersionResponse;
import dev.resnet.serving.Production;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Changes which version is in production. */
@RestController
@RequestMapping(path = "/api/v1/models", produces = "application/json")
@Tag(name = "Models")
class ProductionController {
  private final Production production;

  ProductionController(Production production) {
    this.production = production;
  }

  @PostMapping("/{name}/versions/{version}/promote")
  @Operation(
      summary = "Promote a version",
      description =
          "Puts the version into production after it has been loaded and has classified a"
              + " test image. Other processes follow within resnet.models.poll-interval.")
  @ApiResponse(responseCode = "200", description = "The version is in production.")
  @ApiResponse(
      responseCode = "503",
      description = "The version can't be loaded; nothing has changed.")
  VersionResponse promote(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    return VersionResponse.of(production.promote(name, version), true);
  }

  @PostMapping("/{name}/rollback")
  @Operation(
      summary = "Go back to the previous version",
      description =
          "Undoes the last promotion; a second call goes further back. The response"
              + " describes the version that is now in production.")
  @ApiResponse(responseCode = "200", description = "The version that is now in production.")
  @ApiResponse(responseCode = "409", description = "There is no previous version in production.")
  @ApiResponse(
      responseCode = "503",
      description = "The version can't be loaded; nothing has changed.")
  VersionResponse rollBack(@Parameter(example = "resnet-20") @PathVariable("name") String name) {
    return VersionResponse.of(production.rollBack(name), true);
  }
}
