package dev.resnet.models;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds a model or version in the registry. If there is none, the error lists what exists. */
public final class ModelLookup {
  /** Most names and versions to list in a message. */
  private static final int SHOWN = 10;

  private final ModelRegistry registry;
  private final ModelListing listing;

  ModelLookup(ModelRegistry registry) {
    this.registry = registry;
    this.listing = registry.listing();
  }

  /**
   * @throws UnknownModelException if there is none
   */
  public ModelVersion version(String name, int version) {
    return registry.find(name, version).orElseThrow(() -> unknown(name, version));
  }

  /**
   * The version in production.
   *
   * @throws UnknownModelException if there is none
   */
  public ModelVersion promoted(String name) {
    return registry.promoted(name).orElseThrow(() -> notInProduction(name));
  }

  /**
   * The version that an alias points to.
   *
   * @throws UnknownModelException if there is none
   */
  public ModelVersion aliased(String name, String alias) {
    return alias.equals(AliasRows.PRODUCTION)
        ? promoted(name)
        : registry.find(name, alias).orElseThrow(() -> unknown(name, alias));
  }

  /** The error for an alias that does not exist. */
  public UnknownModelException unknown(String name, String alias) {
    if (!listing.names().contains(name)) {
      return unknown(name);
    }
    Set<String> aliases =
        registry.aliases().of(List.of(name)).getOrDefault(name, Map.of()).keySet();
    return new UnknownModelException(
        "Model '%1$s' has no alias '%2$s'. %3$s PUT /api/v1/models/%1$s/aliases/%2$s makes it."
            .formatted(
                name,
                alias,
                aliases.isEmpty()
                    ? "It has none."
                    : "It has: %s."
                        .formatted(
                            aliases.stream().limit(SHOWN).collect(Collectors.joining(", ")))));
  }

  /**
   * The most recently promoted version of all models.
   *
   * @throws UnknownModelException if there is none
   */
  public ModelVersion newestPromoted() {
    return registry.newestPromoted().orElseThrow(this::none);
  }

  /**
   * @throws UnknownModelException if no model has this name
   */
  public void requireName(String name) {
    if (!listing.names().contains(name)) {
      throw unknown(name);
    }
  }

  /** The error for a version that does not exist. */
  public UnknownModelException unknown(String name, int version) {
    return listing.names().contains(name)
        ? new UnknownModelException(
            "Model '%s' has no version %d. %s".formatted(name, version, versionsOf(name)))
        : unknown(name);
  }

  private UnknownModelException notInProduction(String name) {
    if (!listing.names().contains(name)) {
      return unknown(name);
    }
    if (listing.count(name) == 0) {
      return new UnknownModelException(
          "Model '%s' has no version. %s".formatted(name, versionsOf(name)));
    }
    return new UnknownModelException(
        ("Model '%1$s' has no version in production. %2$s"
                + " POST /api/v1/models/%1$s/versions/{version}/promote promotes one;"
                + " POST /api/v1/models/%1$s/versions/{version}/classify uses a version without"
                + " promoting it.")
            .formatted(name, versionsOf(name)));
  }

  private UnknownModelException unknown(String name) {
    List<String> names = listing.names();
    if (names.isEmpty()) {
      return none();
    }
    String more = names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "";
    return new UnknownModelException(
        "There is no model '%s'. Known models: %s%s. GET /api/v1/models lists them."
            .formatted(
                name, String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))), more));
  }

  private String versionsOf(String name) {
    List<ModelVersion> newest = listing.newest(name, SHOWN);
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

  private UnknownModelException none() {
    return new UnknownModelException(
        listing.countNamesWithVersions() == 0
            ? "There is no model yet: POST /api/v1/training-jobs trains one."
            : "No model has a version in production. GET /api/v1/models lists all models.");
  }
}
