package dev.resnet.evaluation;

import dev.resnet.data.ImageSet;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.models.ModelVersion;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalizer;

/** Classifies a set of images in batches, whose memory is the same for sets of every size. */
final class Batches {
  /**
   * Images of 32×32 in a batch: 400 kB of floats. Larger images make smaller batches. A batch takes
   * milliseconds, so a classification beside it waits no longer than that for a core.
   */
  private static final int MOST = 32;

  private final ModelVersion version;
  private final InferenceEngine engine;
  private final int size;
  private final Normalizer normalizer;

  Batches(ModelVersion version, InferenceEngine engine) {
    this.version = version;
    this.engine = engine;
    this.size = Math.max(1, MOST * ImageShape.CIFAR.values() / version.shape().values());
    this.normalizer = new Normalizer(version.normalization());
  }

  /** Images in a batch. */
  int size() {
    return size;
  }

  /**
   * The probabilities of a batch.
   *
   * @return [images, classes]
   * @throws EvaluationException if the network's outputs can't be used
   */
  float[][] probabilities(ImageSet images) {
    float[] input = new float[images.pixels().length];
    normalizer.bytes(images.pixels(), 0, input, 0, input.length);
    float[][] probabilities = engine.probabilities(input, images.count());
    for (float[] row : probabilities) {
      requireUsable(row);
    }
    return probabilities;
  }

  private void requireUsable(float[] row) {
    if (row.length != version.classes().size()) {
      throw unusable(
          "has %d outputs, but %d classes are registered"
              .formatted(row.length, version.classes().size()));
    }
    for (float probability : row) {
      if (!Float.isFinite(probability)) {
        throw unusable("returns probabilities that are not finite");
      }
    }
  }

  private EvaluationException unusable(String what) {
    return new EvaluationException(
        EvaluationException.Reason.UNAVAILABLE,
        "The network of %s %s; train it again.".formatted(version.label(), what));
  }
}
