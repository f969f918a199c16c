package dev.resnet.serving;

import dev.resnet.models.ModelLookup;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;

/**
 * Changes which version answers for a name. The version is in memory and has answered a batch
 * before it is promoted, so that no request waits for it, and one that can't answer never gets into
 * production.
 */
public class Production {
  private final ModelRegistry registry;
  private final ModelLookup lookup;
  private final Classifier classifier;

  Production(ModelRegistry registry, Classifier classifier) {
    this.registry = registry;
    this.lookup = registry.lookup();
    this.classifier = classifier;
  }

  /**
   * @throws dev.resnet.models.UnknownModelException where there is no such version
   * @throws ModelUnavailableException where it can't be loaded; nothing has changed then
   */
  public ModelVersion promote(String name, int number) {
    ModelVersion version = lookup.version(name, number);
    warmUp(version);
    if (!registry.promote(name, number)) {
      // It was deleted in the meantime.
      throw lookup.unknown(name, number);
    }
    classifier.answersFromNowOn(version);
    return lookup.version(name, number);
  }

  /**
   * Goes back to the version that was in production before.
   *
   * @throws dev.resnet.models.UnknownModelException where no model has this name
   * @throws NothingToRollBackException where nothing was in production before
   * @throws ModelUnavailableException where it can't be loaded; nothing has changed then
   */
  public ModelVersion rollBack(String name) {
    lookup.requireName(name);
    while (true) {
      ModelVersion previous = registry.previous(name).orElseThrow(() -> nothingBefore(name));
      warmUp(previous);
      // Again where another call has changed what answers while this one loaded.
      if (registry.rollBack(name, previous.version())) {
        classifier.answersFromNowOn(previous);
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
          e.getMessage() + " What was in production stays there.", e);
    }
  }
}
