package dev.resnet.models.web;

import dev.resnet.api.Page;
import dev.resnet.api.PageRequest;
import dev.resnet.api.Sortable;
import dev.resnet.models.ModelListing;
import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelRegistry;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
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
@Tag(name = "Models", description = "Trained networks and their versions")
class ModelController {
  private static final String NEWEST_FIRST = "version,desc";

  /** The versions of each model in a list of models. */
  private static final PageRequest NEWEST = new PageRequest(0, 20, "version", false);

  private final ModelRegistry registry;
  private final ModelListing listing;
  private final ModelLookup lookup;
  private final VersionResponses responses;

  ModelController(ModelRegistry registry, VersionResponses responses) {
    this.registry = registry;
    this.responses = responses;
    this.listing = registry.listing();
    this.lookup = registry.lookup();
  }

  @GetMapping
  @Operation(
      summary = "List the models",
      description =
          "Sorted by name, each with its newest 20 versions. GET /api/v1/models/{name}"
              + " lists all versions in pages.")
  ModelList list(@Sortable(value = "name", defaultSort = "name,asc") PageRequest page) {
    List<String> names = listing.namesWithVersions(page.ascending(), page.size(), page.offset());
    Map<String, ModelListing.Newest> newest = listing.newest(names, NEWEST.size());
    Map<String, Map<String, Integer>> aliases = registry.aliases().of(names);
    List<ModelSummary> items =
        names.stream()
            // Leave out models that are being deleted at this moment.
            .filter(newest::containsKey)
            .map(
                name -> {
                  ModelListing.Newest of = newest.get(name);
                  return ModelSummary.of(
                      name,
                      aliases.getOrDefault(name, Map.of()),
                      Page.of(of.versions(), NEWEST, of.total()));
                })
            .toList();
    Page<ModelSummary> found = Page.of(items, page, listing.countNamesWithVersions());
    return new ModelList(
        found.items(), found.page(), found.size(), found.totalItems(), found.totalPages());
  }

  @GetMapping("/{name}")
  @Operation(summary = "Get a model and its versions")
  ModelSummary model(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Sortable(
              value = {"version", "created_at", "test_accuracy"},
              defaultSort = NEWEST_FIRST)
          PageRequest page) {
    lookup.requireName(name);
    return ModelSummary.of(
        name,
        registry.aliases().of(List.of(name)).getOrDefault(name, Map.of()),
        Page.of(
            listing.versions(name, page.sortField(), page.ascending(), page.size(), page.offset()),
            page,
            listing.count(name)));
  }

  @GetMapping("/{name}/versions/{version}")
  @Operation(
      summary = "Get a version",
      description =
          "Its metrics on the test images, its evaluation with confusion matrix and calibration, and"
              + " its origin: job, seed, data set, hyperparameters, engine, build.")
  VersionResponse version(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    return responses.of(lookup.version(name, version));
  }

  @DeleteMapping(path = "/{name}/versions/{version}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary = "Delete a version",
      description = "Deletes its files as well. Its number is not reused.")
  @ApiResponse(responseCode = "204", description = "The version is deleted.")
  @ApiResponse(
      responseCode = "409",
      description = "An alias points to the version: point it to another one, or delete it.")
  void delete(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    registry.delete(name, version);
  }
}
