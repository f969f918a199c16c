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

  /**
   * Class-activation maps (Zhou et al., 2016, section 2): what each position of the last features
   * adds to a class's logit. The mean of a map plus the class's bias is the logit.
   *
   * @param images as for {@link #probabilities}
   * @param classes the class of each image whose map is wanted
   * @return [count, rows · columns], c-ordered
   */
  float[][] activationMaps(float[] images, int[] classes);

  /**
   * Bytes of native memory and of the GPU's that it holds: weights and workspaces. They grow with
   * the requests that run at the same time, up to a limit.
   */
  default long bytes() {
    return 0;
  }

  @Override
  void close();
}
