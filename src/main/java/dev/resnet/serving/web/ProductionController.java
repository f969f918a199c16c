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

/** Which version answers for a name. */
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
          "From the answer on, it answers for its name: it has been loaded and has classified a"
              + " picture. Other processes follow within resnet.models.poll-interval.")
  @ApiResponse(responseCode = "200", description = "It is in production.")
  @ApiResponse(responseCode = "503", description = "It can't be loaded; nothing has changed.")
  VersionResponse promote(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    return VersionResponse.of(production.promote(name, version), true);
  }

  @PostMapping("/{name}/rollback")
  @Operation(
      summary = "Go back to the version before",
      description =
          "Undoes the last promotion; a second call goes further back. From the answer on, the"
              + " version in the answer is in production.")
  @ApiResponse(responseCode = "200", description = "The version that is in production now.")
  @ApiResponse(responseCode = "409", description = "Nothing was in production before.")
  @ApiResponse(responseCode = "503", description = "It can't be loaded; nothing has changed.")
  VersionResponse rollBack(@Parameter(example = "resnet-20") @PathVariable("name") String name) {
    return VersionResponse.of(production.rollBack(name), true);
  }
}
