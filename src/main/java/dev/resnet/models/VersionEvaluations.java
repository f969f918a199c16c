package dev.resnet.models;

import java.util.Optional;

/** The kept evaluations of versions; implemented by {@code evaluation}. */
public interface VersionEvaluations {

  /** On the test images of the data set that the version was trained on; empty if there is none. */
  Optional<EvaluationMetrics> onOwnTestImages(ModelVersion version);
}
