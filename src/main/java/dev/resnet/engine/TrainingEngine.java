package dev.resnet.engine;

import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Executes training steps on a graph whose parameters, gradients and optimiser state lie in the
 * graph's own flattened arrays. Not thread-safe: one thread trains.
 */
public abstract class TrainingEngine implements AutoCloseable {
  protected final ComputationGraph graph;
  protected final int batchSize;
  protected final Objective objective;

  /** One for each trained element of the flattened parameters, zero for the others. */
  protected final float[] trainedMask;

  private final EngineDescription description;
  private Tally tally = Tally.NONE;

  protected TrainingEngine(
      ComputationGraph graph, int batchSize, Objective objective, EngineDescription description) {
    this.graph = graph;
    this.batchSize = batchSize;
    this.objective = objective;
    this.trainedMask = GraphVariable.trainedMask(graph, objective.outputOnly());
    this.description = description;
  }

  public final EngineDescription description() {
    return description;
  }

  /** The layout in which {@link #step} and {@link #evaluate} want their images. */
  public abstract ImageLayout inputLayout();

  /**
   * One optimiser step: forward in training mode (batch statistics; running statistics move by the
   * layer's decay), the gradient of the {@link Objective}, Nesterov update (momentum from the
   * graph's updater configuration).
   *
   * @param batch of the size that the engine was made for
   * @param learningRate of this step
   */
  public final void step(Minibatch batch, double learningRate) {
    if (batch.size() != batchSize) {
      throw new IllegalArgumentException(
          "this engine was made for batches of %d, not %d".formatted(batchSize, batch.size()));
    }
    train(batch, learningRate);
    graph.getConfiguration().setIterationCount(graph.getIterationCount() + 1);
  }

  /** The work of one step; it calls {@link #count} with the logits. */
  protected abstract void train(Minibatch batch, double learningRate);

  /**
   * Adds a batch to the tally: its plain cross entropy, whatever the objective, so that it compares
   * with an evaluation's and with that of other training runs.
   *
   * @param logits [labels.length, classes]
   */
  protected final void count(float[] logits, int[] labels) {
    tally = tally.plus(SoftmaxCrossEntropy.tally(logits, labels));
  }

  /**
   * The tally of all steps since {@link #takeTally}, added up in the order of the steps: looking at
   * it changes no bit of what comes later.
   */
  public final Tally tally() {
    return tally;
  }

  /** The same, then starts again at zero. */
  public final Tally takeTally() {
    Tally taken = tally;
    tally = Tally.NONE;
    return taken;
  }

  /** {@code λ·Σ‖v‖²/2} over every trained variable, at this moment. */
  public final double l2Loss() {
    // On the host and in order: nd4j splits a sum by how many of its threads are free just now.
    float[] parameters = graph.params().reshape(trainedMask.length).toFloatVector();
    double sum = 0;
    for (int i = 0; i < parameters.length; i++) {
      double value = trainedMask[i] * parameters[i];
      sum += value * value;
    }
    return objective.weightDecay() * sum / 2;
  }

  /**
   * Forward with running statistics; any batch size up to the one that the engine was made for, or
   * 200.
   */
  public abstract Tally evaluate(Minibatch batch);

  @Override
  public abstract void close();
}
