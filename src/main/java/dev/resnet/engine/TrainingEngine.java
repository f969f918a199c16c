package dev.resnet.engine;

/**
 * Executes training steps on a graph whose parameters, gradients and optimiser state lie in the
 * graph's own flattened arrays. Not thread-safe: one thread trains.
 *
 * <p>One step is: forward in training mode (batch statistics; running statistics move by the
 * layer's decay), mean cross entropy plus weight decay {@code λ·Σ‖v‖²/2} over every trainable
 * variable, backward, Nesterov update (momentum from the graph's updater configuration).
 */
public interface TrainingEngine extends AutoCloseable {

  EngineDescription description();

  /** The layout in which {@link #step} and {@link #evaluate} want their images. */
  ImageLayout inputLayout();

  /**
   * One optimiser step.
   *
   * @param batch of the size that the engine was made for
   * @param learningRate of this step
   */
  void step(Minibatch batch, double learningRate);

  /**
   * The tally of all steps since {@link #takeTally}, added up in the order of the steps: looking at
   * it changes no bit of what comes later. The only value that is read back from the device during
   * training, so ask once a progress tick, not once a step.
   */
  Tally tally();

  /** The same, then starts again at zero. */
  Tally takeTally();

  /** {@code λ·Σ‖v‖²/2} over every trainable variable, at this moment. */
  double l2Loss();

  /**
   * Forward with running statistics; any batch size up to the one that the engine was made for, or
   * 200.
   */
  Tally evaluate(Minibatch batch);

  /** Makes the graph's arrays hold the current parameters and optimiser state, for a checkpoint. */
  void synchronize();

  @Override
  void close();
}
