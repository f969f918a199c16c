package dev.resnet.models.web;

import dev.resnet.models.LoadedPrecision;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.VersionEvaluations;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Describes versions with all that this process knows about them. */
@Component
public class VersionResponses {
  private final ModelRegistry registry;
  private final ObjectProvider<LoadedPrecision> loaded;
  private final ObjectProvider<VersionEvaluations> evaluations;

  VersionResponses(
      ModelRegistry registry,
      ObjectProvider<LoadedPrecision> loaded,
      ObjectProvider<VersionEvaluations> evaluations) {
    this.registry = registry;
    this.loaded = loaded;
    this.evaluations = evaluations;
  }

  public VersionResponse of(ModelVersion version) {
    return VersionResponse.of(version, registry.aliases().of(version.name(), version.version()))
        .with(
            loaded.stream()
                .flatMap(serving -> serving.precision(version).stream())
                .findFirst()
                .orElse(null),
            evaluations.stream()
                .flatMap(kept -> kept.onOwnTestImages(version).stream())
                .findFirst()
                .orElse(null));
  }
}
