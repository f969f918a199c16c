package dev.resnet.models.web;

import dev.resnet.api.Page;
import dev.resnet.api.PageRequest;
import dev.resnet.api.Sortable;
import dev.resnet.models.ModelListing;
import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The trained models. */
@RestController
@RequestMapping(path = "/api/v1/models", produces = "application/json")
@Tag(name = "Models", description = "The networks that trainings left behind")
class ModelController {
  private static final String NEWEST_FIRST = "version,desc";

  /** The versions that a list of models shows of each. */
  private static final PageRequest NEWEST = new PageRequest(0, 20, "version", false);

  private final ModelRegistry registry;
  private final ModelListing listing;
  private final ModelLookup lookup;

  ModelController(ModelRegistry registry) {
    this.registry = registry;
    this.listing = registry.listing();
    this.lookup = registry.lookup();
  }

  @GetMapping
  @Operation(
      summary = "List the models",
      description =
          "By name; each with its newest 20 versions. GET /api/v1/models/{name} pages through all"
              + " of them.")
  ModelList list(@Sortable(value = "name", defaultSort = "name,asc") PageRequest page) {
    List<String> names = listing.namesWithVersions(page.ascending(), page.size(), page.offset());
    Map<String, ModelListing.Newest> newest = listing.newest(names, NEWEST.size());
    Map<String, Integer> promoted = registry.promotedVersions();
    List<ModelSummary> items =
        names.stream()
            // Those that are deleted at this moment are left out.
            .filter(newest::containsKey)
            .map(
                name -> {
                  ModelListing.Newest of = newest.get(name);
                  return ModelSummary.of(
                      name,
                      Optional.ofNullable(promoted.get(name)),
                      Page.of(of.versions(), NEWEST, of.total()));
                })
            .toList();
    Page<ModelSummary> found = Page.of(items, page, listing.countNamesWithVersions());
    return new ModelList(
        found.items(), found.page(), found.size(), found.totalItems(), found.totalPages());
  }

  @GetMapping("/{name}")
  @Operation(summary = "Look at a model and its versions")
  ModelSummary model(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Sortable(
              value = {"version", "created_at", "test_accuracy"},
              defaultSort = NEWEST_FIRST)
          PageRequest page) {
    lookup.requireName(name);
    return ModelSummary.of(
        name,
        registry.promoted(name).map(ModelVersion::version),
        Page.of(
            listing.versions(name, page.sortField(), page.ascending(), page.size(), page.offset()),
            page,
            listing.count(name)));
  }

  @GetMapping("/{name}/versions/{version}")
  @Operation(
      summary = "Look at a version",
      description =
          "Its metrics on the test images and where it came from: job, data, hyperparameters, engine.")
  VersionResponse version(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    ModelVersion found = lookup.version(name, version);
    boolean promoted = registry.promoted(name).filter(v -> v.version() == version).isPresent();
    return VersionResponse.of(found, promoted);
  }

  @DeleteMapping(path = "/{name}/versions/{version}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary = "Delete a version",
      description = "Its files go too. Its number is not given again.")
  @ApiResponse(responseCode = "204", description = "It is gone.")
  @ApiResponse(
      responseCode = "409",
      description = "It is in production: promote another one first.")
  void delete(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    registry.delete(name, version);
  }
}
