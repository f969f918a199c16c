package dev.resnet.serving.web;

import dev.resnet.serving.ModelRegistry;
import dev.resnet.serving.ModelVersion;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The trained models. */
@RestController
@RequestMapping(path = "/api/v1/models", produces = "application/json")
@Tag(name = "Models", description = "The networks that trainings left behind")
class ModelController {
  private final ModelRegistry registry;
  private final Models models;

  ModelController(ModelRegistry registry, Models models) {
    this.registry = registry;
    this.models = models;
  }

  @GetMapping
  @Operation(summary = "List the models", description = "By name; each with its versions.")
  ModelList list() {
    Map<String, List<ModelVersion>> byName =
        registry.all().stream()
            .collect(Collectors.groupingBy(ModelVersion::name, TreeMap::new, Collectors.toList()));
    return new ModelList(
        byName.entrySet().stream()
            .map(entry -> ModelSummary.of(entry.getKey(), entry.getValue()))
            .toList());
  }

  @GetMapping("/{name}")
  @Operation(summary = "Look at a model and its versions")
  ModelSummary model(@Parameter(example = "resnet-20") @PathVariable("name") String name) {
    return ModelSummary.of(name, models.versions(name));
  }

  @GetMapping("/{name}/versions/{version}")
  @Operation(
      summary = "Look at a version",
      description =
          "Its metrics on the test images and where it came from: job, data, hyperparameters, engine.")
  VersionResponse version(
      @Parameter(example = "resnet-20") @PathVariable("name") String name,
      @Parameter(example = "1") @PathVariable("version") int version) {
    ModelVersion found = models.version(name, version);
    boolean promoted =
        registry.promoted(name).filter(v -> v.version() == found.version()).isPresent();
    return VersionResponse.of(found, promoted);
  }
}
