package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.serving.ModelLists;
import dev.resnet.serving.ModelRegistry;
import dev.resnet.serving.ModelVersion;
import dev.resnet.serving.RegistryAwayException;
import dev.resnet.serving.ServedModels;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Finds what a path names, or says with 404 what there is instead. */
@Component
class Models {
  /** As many names and versions as fit a message. */
  private static final int SHOWN = 10;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final ModelRegistry registry;
  private final ServedModels served;
  private final ModelLists lists;

  Models(ModelRegistry registry, ServedModels served) {
    this.registry = registry;
    this.served = served;
    this.lists = registry.lists();
  }

  /** The version that answers for a name; needs no database where this process knows it. */
  ModelVersion promoted(String name) {
    return known(() -> served.promoted(name).orElseThrow(() -> served.lookUp(() -> silent(name))));
  }

  /** The version that was promoted last of all; needs no database where this process knows it. */
  ModelVersion newestPromoted() {
    return known(() -> served.newestPromoted().orElseThrow(() -> served.lookUp(this::none)));
  }

  /** Needs no database where this process knows it. */
  ModelVersion version(String name, int version) {
    return known(
        () ->
            served
                .version(name, version)
                .orElseThrow(() -> served.lookUp(() -> without(name, version))));
  }

  private static ModelVersion known(Supplier<ModelVersion> find) {
    try {
      return find.get();
    } catch (RegistryAwayException e) {
      throw new ProblemException(
          HttpStatus.SERVICE_UNAVAILABLE,
          e.getMessage() + ". Try again in a few seconds.",
          List.of(),
          RETRY_AFTER);
    }
  }

  /** As the registry has it now. */
  ModelVersion registered(String name, int version) {
    return registry.find(name, version).orElseThrow(() -> without(name, version));
  }

  void requireName(String name) {
    if (!lists.names().contains(name)) {
      throw unknown(name);
    }
  }

  /** 404 for a name for which nothing answers. */
  private ProblemException silent(String name) {
    if (!lists.names().contains(name)) {
      return unknown(name);
    }
    if (lists.count(name) == 0) {
      return notFound("Model '%s' has no version. %s".formatted(name, versionsOf(name)));
    }
    return notFound(
        "Model '%s' has no version in production. %s POST /api/v1/models/%s/versions/{version}/promote"
                .formatted(name, versionsOf(name), name)
            + " promotes one, POST /api/v1/models/%s/versions/{version}/classify asks one."
                .formatted(name));
  }

  /** 404 for a version that is not there. */
  ProblemException without(String name, int version) {
    return lists.names().contains(name)
        ? notFound("Model '%s' has no version %d. %s".formatted(name, version, versionsOf(name)))
        : unknown(name);
  }

  private ProblemException unknown(String name) {
    List<String> names = lists.names();
    if (names.isEmpty()) {
      return none();
    }
    String more = names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "";
    return notFound(
        "There is no model '%s'. Known: %s%s; GET /api/v1/models lists them."
            .formatted(
                name, String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))), more));
  }

  private String versionsOf(String name) {
    List<ModelVersion> newest = lists.newest(name, SHOWN);
    if (newest.isEmpty()) {
      return "POST /api/v1/training-jobs trains one.";
    }
    return "It has version%s %s."
        .formatted(
            newest.size() == 1 ? "" : "s",
            newest.stream()
                .map(version -> String.valueOf(version.version()))
                .collect(Collectors.joining(", ")));
  }

  private ProblemException none() {
    return notFound(
        lists.countNamesWithVersions() == 0
            ? "There is no model yet: POST /api/v1/training-jobs trains one."
            : "No model has a version in production; GET /api/v1/models lists what there is.");
  }

  private static ProblemException notFound(String detail) {
    return new ProblemException(HttpStatus.NOT_FOUND, detail);
  }
}
