package dev.resnet.engine;

/** Classifies with a trained graph. Thread-safe: requests may run concurrently. */
public interface InferenceEngine extends AutoCloseable {

  /**
   * Class probabilities.
   *
   * @param images normalised pixels [count, size, size, 3], c-ordered
   * @return [count, classes], each row summing to 1
   */
  float[][] probabilities(float[] images, int count);

  /** Of its activations; never {@link Precision#AUTO}. */
  default Precision precision() {
    return Precision.FLOAT32;
  }

  @Override
  void close();
}
