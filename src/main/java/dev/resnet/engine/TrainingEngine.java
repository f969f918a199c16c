package dev.resnet.engine;

import dev.resnet.pictures.ImageShape;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Executes training steps on a graph. Parameters, gradients and optimiser state lie in the graph's
 * own flattened arrays, or on the engine's device until {@link #writeBack}. Not thread-safe: one
 * thread trains.
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

  /** The layout in which minibatches hold their images. */
  public abstract ImageLayout inputLayout();

  /**
   * Whether the engine makes its batches itself, from images that it {@link #keep}s on its device.
   * It takes minibatches all the same.
   */
  public boolean assembles() {
    return false;
  }

  /**
   * Copies images to the device of an engine that {@link #assembles}.
   *
   * @param pixels unsigned bytes [count, size, size, 3]
   * @param labels one class index per image
   * @param table the normalised value of each byte, [3][256]
   */
  public ResidentImages keep(ImageShape shape, byte[] pixels, short[] labels, float[][] table) {
    throw noBatches();
  }

  private UnsupportedOperationException noBatches() {
    return new UnsupportedOperationException(
        "the engine %s makes no batches".formatted(description.engine().wireName()));
  }

  /**
   * One optimiser step: forward in training mode (batch statistics; running statistics move by the
   * layer's decay), the gradient of the {@link Objective}, Nesterov update (momentum from the
   * graph's updater configuration).
   *
   * @param batch of the size that the engine was made for
   * @param learningRate of this step
   */
  public final void step(Minibatch batch, double learningRate) {
    requireSize(batch.size());
    train(batch, learningRate);
    countIteration();
  }

  /**
   * The same step on a batch that the engine makes by this plan. It may return while the device
   * still works, but it has read the plan.
   *
   * @param images that this engine keeps
   */
  public final void step(ResidentImages images, BatchPlan plan, double learningRate) {
    requireSize(plan.size());
    train(images, plan, learningRate);
    countIteration();
  }

  private void requireSize(int size) {
    if (size != batchSize) {
      throw new IllegalArgumentException(
          "this engine was made for batches of %d, not %d".formatted(batchSize, size));
    }
  }

  private void countIteration() {
    graph.getConfiguration().setIterationCount(graph.getIterationCount() + 1);
  }

  /**
   * The work of one step. It calls {@link #count} with the logits, or adds to a sum on the device.
   */
  protected abstract void train(Minibatch batch, double learningRate);

  /** The same for an engine that {@link #assembles}. */
  protected void train(ResidentImages images, BatchPlan plan, double learningRate) {
    throw noBatches();
  }

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
   *
   * <p>An engine that adds up on its device overrides this and {@link #resumeTally}. Its device
   * holds the whole sum, not what has come since the last look: so the rounding of a sum can't
   * depend on how often somebody looks.
   */
  public Tally tally() {
    return tally;
  }

  /**
   * Continues an earlier tally: the next steps are added to these sums, as if this engine had done
   * the steps before as well.
   */
  public void resumeTally(Tally earlier) {
    tally = earlier;
  }

  /** The tally, which then starts again at zero. */
  public final Tally takeTally() {
    Tally taken = tally();
    resumeTally(Tally.NONE);
    return taken;
  }

  /**
   * Brings parameters, running statistics and optimiser state in the graph's arrays up to date.
   * Whoever reads the graph calls this first, while the engine is open: closing it writes nothing.
   * Does nothing where the engine works on the graph's own arrays, or where no step has come since.
   */
  public void writeBack() {}

  /** {@code λ·Σ‖v‖²/2} over every trained variable, at this moment. */
  public final double l2Loss() {
    writeBack();
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

  /**
   * The same for a batch that the engine makes by this plan.
   *
   * @param images that this engine keeps
   */
  public Tally evaluate(ResidentImages images, BatchPlan plan) {
    throw noBatches();
  }

  @Override
  public abstract void close();
}
