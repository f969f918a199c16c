package dev.resnet.engine;

/** Classifies with a trained graph. Thread-safe: several requests at once are welcome. */
public interface InferenceEngine extends AutoCloseable {

  EngineDescription description();

  /**
   * Class probabilities.
   *
   * @param images normalised pixels [count, 3, 32, 32], c-ordered
   * @return [count, classes], each row summing to 1
   */
  float[][] probabilities(float[] images, int count);

  @Override
  void close();
}
