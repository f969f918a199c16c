package dev.resnet.serving.web;

import dev.resnet.api.Page;
import dev.resnet.api.PageRequest;
import dev.resnet.api.Sortable;
import dev.resnet.serving.ModelLists;
import dev.resnet.serving.ModelRegistry;
import dev.resnet.serving.ModelVersion;
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
import org.springframework.web.bind.annotation.PostMapping;
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
  private final ModelLists lists;
  private final Models models;
  private final ModelChanges changes;

  ModelController(ModelRegistry registry, Models models, ModelChanges changes) {
    this.registry = registry;
    this.lists = registry.lists();
    this.models = models;
    this.changes = changes;
  }

  @GetMapping
  @Operation(
      summary = "List the models",
      description =
          "By name; each with its newest 20 versions. GET /api/v1/models/{name} pages through all"
              + " of them.")
  ModelList list(@Sortable(value = "name", defaultSort = "name,asc") PageRequest page) {
    List<String> names = lists.namesWithVersions(page.ascending(), page.size(), page.offset());
    Map<String, ModelLists.Newest> newest = lists.newest(names, NEWEST.size());
    Map<String, Integer> promoted = registry.promotedVersions();
    List<ModelSummary> items =
        names.stream()
            // Those that are deleted at this moment are left out.
            .filter(newest::containsKey)
            .map(
                name -> {
                  ModelLists.Newest of = newest.get(name);
                  return ModelSummary.of(
                      name,
                      Optional.ofNullable(promoted.get(name)),
                      Page.of(of.versions(), NEWEST, of.total()));
                })
            .toList();
    Page<ModelSummary> found = Page.of(items, page, lists.countNamesWithVersions());
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
    models.requireName(name);
    return ModelSummary.of(
        name,
        registry.promoted(name).map(ModelVersion::version),
        Page.of(
            lists.versions(name, page.sortField(), page.ascending(), page.size(), page.offset()),
            page,
            lists.count(name)));
  }

  @GetMapping("/{name}/versions/{version}")
  @Operation(
      summary = "Look at a version",
      description =
          "Its metrics on the test images and where it came from: job, data, hyperparameters, engine.")
  VersionResponse version(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    return response(models.registered(name, version));
  }

  private VersionResponse response(ModelVersion found) {
    boolean promoted =
        registry.promoted(found.name()).filter(v -> v.version() == found.version()).isPresent();
    return VersionResponse.of(found, promoted);
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
    return response(changes.promote(name, version));
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
    return response(changes.rollBack(name));
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
    changes.delete(name, version);
  }
}
