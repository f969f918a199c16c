package dev.resnet.engine.dl4j;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.SoftmaxCrossEntropy;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainableVariables;
import dev.resnet.engine.TrainingEngine;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * DL4J executes its own graph: the reference that the other engines are held to.
 *
 * <p>The parts of {@link ComputationGraph#fit} are called one by one, because weight decay has to
 * reach every trainable variable (DL4J exempts biases, scales and shifts) and the learning rate
 * changes with every step.
 */
final class Dl4jTrainingEngine implements TrainingEngine {
  private final ComputationGraph graph;
  private final EngineDescription description;
  private final int batchSize;
  private final double weightDecay;

  /** One for each trained element of the flattened parameters, zero for running statistics. */
  private final INDArray trained;

  private final float[] mask;

  private final INDArray decay;
  private final INDArray labels;
  private final LogitsTap logits;
  private Tally tally = Tally.NONE;

  Dl4jTrainingEngine(
      ComputationGraph graph, int batchSize, double weightDecay, EngineDescription description) {
    this.graph = graph;
    this.description = description;
    this.batchSize = batchSize;
    this.weightDecay = weightDecay;
    var output = new OutputVariables(graph);
    this.mask = TrainableVariables.mask(graph);
    this.trained = Nd4j.createFromArray(mask);
    this.decay = Nd4j.createUninitialized(DataType.FLOAT, trained.length());
    this.labels = Nd4j.create(DataType.FLOAT, batchSize, output.classes());
    this.logits = new LogitsTap(output);
    graph.setListeners(logits);
  }

  @Override
  public EngineDescription description() {
    return description;
  }

  @Override
  public ImageLayout inputLayout() {
    return ImageLayout.NCHW;
  }

  @Override
  public void step(Minibatch batch, double learningRate) {
    if (batch.size() != batchSize) {
      throw new IllegalArgumentException(
          "this engine was made for batches of %d, not %d".formatted(batchSize, batch.size()));
    }
    setOneHot(batch.labels());
    graph.setInputs(batch.images());
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    tally = tally.plus(SoftmaxCrossEntropy.tally(logits.take(), batch.labels()));
    setLearningRate(learningRate);
    applyGradient();
  }

  private void setOneHot(int[] classes) {
    labels.assign(0);
    for (int i = 0; i < classes.length; i++) {
      labels.putScalar(i, classes[i], 1);
    }
  }

  private void setLearningRate(double learningRate) {
    for (var layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof BaseLayer conf) {
        setLearningRate(conf.getIUpdater(), learningRate);
        setLearningRate(conf.getBiasUpdater(), learningRate);
      }
    }
  }

  private static void setLearningRate(@Nullable IUpdater updater, double rate) {
    if (updater != null && updater.hasLearningRate()) {
      updater.setLrAndSchedule(rate, null);
    }
  }

  private void applyGradient() {
    INDArray gradient = graph.getFlattenedGradients().reshape(trained.length());
    INDArray parameters = graph.params().reshape(trained.length());
    // The updater divides by the batch size what came as a sum over it: the decay is scaled to
    // survive that.
    gradient.addi(decay.assign(parameters).muli(trained).muli(weightDecay * batchSize));
    int iteration = graph.getIterationCount();
    graph
        .getUpdater(true)
        .update(
            graph.gradient(),
            iteration,
            graph.getEpochCount(),
            batchSize,
            LayerWorkspaceMgr.noWorkspaces());
    parameters.subi(gradient);
    graph.getConfiguration().setIterationCount(iteration + 1);
  }

  @Override
  public Tally tally() {
    return tally;
  }

  @Override
  public Tally takeTally() {
    Tally taken = tally;
    tally = Tally.NONE;
    return taken;
  }

  @Override
  public double l2Loss() {
    // On the host and in order: nd4j's sums are cut by how many of its threads are free just now.
    float[] parameters = graph.params().reshape(trained.length()).toFloatVector();
    double sum = 0;
    for (int i = 0; i < parameters.length; i++) {
      double value = mask[i] * parameters[i];
      sum += value * value;
    }
    return weightDecay * sum / 2;
  }

  @Override
  public Tally evaluate(Minibatch batch) {
    Map<String, INDArray> activations = graph.feedForward(batch.images(), false);
    return SoftmaxCrossEntropy.tally(logits.output.logits(activations), batch.labels());
  }

  /** Nothing to do: DL4J works on the graph's arrays and nowhere else. */
  @Override
  public void synchronize() {}

  @Override
  public void close() {
    graph.setListeners();
    List.of(trained, decay, labels).forEach(INDArray::close);
  }

  /** Catches what the output layer is fed with; the output itself is not kept in training. */
  private static final class LogitsTap extends BaseTrainingListener {
    private final OutputVariables output;
    private float[] logits = new float[0];

    LogitsTap(OutputVariables output) {
      this.output = output;
    }

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> activations) {
      logits = output.logits(activations);
    }

    float[] take() {
      return logits;
    }
  }
}
