package dev.resnet.serving;

import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelPromotion;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;

/**
 * Changes which version is in production. A version is loaded and classifies a test batch before it
 * is promoted. So no request waits for it, and a broken version never gets into production.
 */
public class Production implements ModelPromotion {
  private final ModelRegistry registry;
  private final ModelLookup lookup;
  private final Classifier classifier;

  Production(ModelRegistry registry, Classifier classifier) {
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
    ModelVersion version = lookup.version(name, number);
    warmUp(version);
    if (!registry.promote(name, number)) {
      // The version was deleted in the meantime.
      throw lookup.unknown(name, number);
    }
    classifier.switchTo(version);
    return lookup.version(name, number);
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
      ModelVersion previous = registry.previous(name).orElseThrow(() -> nothingBefore(name));
      warmUp(previous);
      // Retry if another call changed the version in production while this one loaded.
      if (registry.rollBack(name, previous.version())) {
        classifier.switchTo(previous);
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
      throw new ModelUnavailableException(
          e.getMessage() + " The version in production stays the same.", e);
    }
  }
}
