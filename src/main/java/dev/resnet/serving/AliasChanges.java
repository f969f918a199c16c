package dev.resnet.serving;

import dev.resnet.models.AliasRows;
import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelPromotion;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;

/**
 * Changes which version an alias points to. A version is loaded and classifies a test batch before
 * that. So no request waits for it, and a broken version never gets an alias.
 */
public class AliasChanges implements ModelPromotion {
  private final ModelRegistry registry;
  private final ModelLookup lookup;
  private final Classifier classifier;

  AliasChanges(ModelRegistry registry, Classifier classifier) {
    this.registry = registry;
    this.lookup = registry.lookup();
    this.classifier = classifier;
  }

  /**
   * @throws dev.resnet.models.UnknownModelException if there is no such version
   * @throws ModelUnavailableException if it can't be loaded; then nothing has changed
   */
  @Override
  public ModelVersion promote(String name, int number) {
    return point(name, AliasRows.PRODUCTION, number);
  }

  /**
   * Points an alias to a version, which is returned.
   *
   * @throws dev.resnet.models.UnknownModelException if there is no such version
   * @throws ModelUnavailableException if it can't be loaded; then nothing has changed
   */
  public ModelVersion point(String name, String alias, int number) {
    ModelVersion version = lookup.version(name, number);
    warmUp(version);
    if (!registry.aliases().point(name, alias, number)) {
      // The version was deleted in the meantime.
      throw lookup.unknown(name, number);
    }
    classifier.switchTo(alias, version);
    return lookup.version(name, number);
  }

  /**
   * Deletes an alias; its version stays.
   *
   * @throws dev.resnet.models.UnknownModelException if there is none
   */
  public void delete(String name, String alias) {
    if (!registry.aliases().delete(name, alias)) {
      throw lookup.unknown(name, alias);
    }
  }

  /**
   * Goes back to the version that was in production before.
   *
   * @throws dev.resnet.models.UnknownModelException if no model has this name
   * @throws NothingToRollBackException if nothing was in production before
   * @throws ModelUnavailableException if it can't be loaded; then nothing has changed
   */
  public ModelVersion rollBack(String name) {
    lookup.requireName(name);
    while (true) {
      ModelVersion previous =
          registry.aliases().previous(name).orElseThrow(() -> nothingBefore(name));
      warmUp(previous);
      // Retry if another call changed the version in production while this one loaded.
      if (registry.aliases().rollBack(name, previous.version())) {
        classifier.switchTo(AliasRows.PRODUCTION, previous);
        return lookup.version(name, previous.version());
      }
    }
  }

  private NothingToRollBackException nothingBefore(String name) {
    return new NothingToRollBackException(
        registry
            .promoted(name)
            .map(
                present ->
                    "Nothing was in production under '%s' before version %d."
                        .formatted(name, present.version()))
            .orElse("Nothing is in production under '%s'.".formatted(name)));
  }

  private void warmUp(ModelVersion version) {
    try {
      classifier.warmUp(version);
    } catch (ModelUnavailableException e) {
      throw new ModelUnavailableException(e.getMessage() + " No alias has changed.", e);
    }
  }
}
