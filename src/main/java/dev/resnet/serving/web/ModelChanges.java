package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.ModelRegistry;
import dev.resnet.serving.ModelUnavailableException;
import dev.resnet.serving.ModelVersion;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Changes what answers for a name. The version is in memory and has answered a batch before it is
 * promoted, so that no request waits for it, and one that can't answer never gets into production.
 */
@Component
class ModelChanges {
  private final ModelRegistry registry;
  private final Models models;
  private final Classifier classifier;

  ModelChanges(ModelRegistry registry, Models models, Classifier classifier) {
    this.registry = registry;
    this.models = models;
    this.classifier = classifier;
  }

  ModelVersion promote(String name, int number) {
    ModelVersion version = models.registered(name, number);
    warmUp(version);
    if (!registry.promote(name, number)) {
      // It was deleted in the meantime.
      throw models.without(name, number);
    }
    classifier.answersFromNowOn(version);
    return models.registered(name, number);
  }

  ModelVersion rollBack(String name) {
    models.requireName(name);
    while (true) {
      ModelVersion previous = registry.previous(name).orElseThrow(() -> nothingBefore(name));
      warmUp(previous);
      // Again where another call has changed what answers while this one loaded.
      if (registry.rollBack(name, previous.version())) {
        classifier.answersFromNowOn(previous);
        return models.registered(name, previous.version());
      }
    }
  }

  private ProblemException nothingBefore(String name) {
    return new ProblemException(
        HttpStatus.CONFLICT,
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
      throw new ProblemException(
          HttpStatus.SERVICE_UNAVAILABLE, e.getMessage() + " What was in production stays there.");
    }
  }

  void delete(String name, int number) {
    switch (registry.delete(name, number)) {
      case UNKNOWN -> throw models.without(name, number);
      case IN_PRODUCTION ->
          throw new ProblemException(
              HttpStatus.CONFLICT,
              "Version %d of model '%s' is in production; promote another version first."
                  .formatted(number, name));
      case DELETED -> {}
    }
  }
}
