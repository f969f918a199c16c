package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.serving.ModelRegistry;
import dev.resnet.serving.ModelVersion;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Finds what a path names, or says with 404 what there is instead. */
@Component
class Models {
  /** As many names as fit a message. */
  private static final int SHOWN = 10;

  private final ModelRegistry registry;

  Models(ModelRegistry registry) {
    this.registry = registry;
  }

  /** The version that answers for a name. */
  ModelVersion promoted(String name) {
    return registry
        .promoted(name)
        .orElseThrow(
            () ->
                registry.names().contains(name)
                    ? notFound(
                        "Model '%s' has no version that answers. %s"
                            .formatted(name, versionsOf(registry.versions(name))))
                    : unknown(name));
  }

  /** The version that was promoted last of all. */
  ModelVersion newestPromoted() {
    return registry.newestPromoted().orElseThrow(Models::none);
  }

  ModelVersion version(String name, int version) {
    return registry
        .find(name, version)
        .orElseThrow(
            () ->
                registry.names().contains(name)
                    ? notFound(
                        "Model '%s' has no version %d. %s"
                            .formatted(name, version, versionsOf(registry.versions(name))))
                    : unknown(name));
  }

  /** The newest first; empty for a known name without a version. */
  List<ModelVersion> versions(String name) {
    List<ModelVersion> versions = registry.versions(name);
    if (versions.isEmpty() && !registry.names().contains(name)) {
      throw unknown(name);
    }
    return versions;
  }

  private ProblemException unknown(String name) {
    List<String> names = registry.names();
    if (names.isEmpty()) {
      return none();
    }
    String more = names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "";
    return notFound(
        "There is no model '%s'. Known: %s%s; GET /api/v1/models lists them."
            .formatted(
                name, String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))), more));
  }

  private static String versionsOf(List<ModelVersion> versions) {
    if (versions.isEmpty()) {
      return "It has none yet: POST /api/v1/training-jobs trains one.";
    }
    return "It has version%s %s."
        .formatted(
            versions.size() == 1 ? "" : "s",
            String.join(
                ", ",
                versions.stream()
                    .limit(SHOWN)
                    .map(version -> String.valueOf(version.version()))
                    .toList()));
  }

  private static ProblemException none() {
    return notFound("There is no model yet: POST /api/v1/training-jobs trains one.");
  }

  private static ProblemException notFound(String detail) {
    return new ProblemException(HttpStatus.NOT_FOUND, detail);
  }
}
