package dev.resnet.engine.dl4j;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Objective;
import dev.resnet.engine.SoftmaxCrossEntropy;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * DL4J executes its own graph: the reference for the other engines.
 *
 * <p>The steps of {@link ComputationGraph#fit} are called one by one, because weight decay has to
 * reach every trainable variable (DL4J exempts biases, scales and shifts) and the learning rate
 * changes with every step.
 */
final class Dl4jTrainingEngine extends TrainingEngine {
  private final INDArray trained;
  private final INDArray decay;
  private final INDArray targets;
  private final OutputLayerTap output;

  /** Of the current batch. */
  private int[] classes = new int[0];

  Dl4jTrainingEngine(
      ComputationGraph graph, int batchSize, Objective objective, EngineDescription description) {
    super(graph, batchSize, objective, description);
    this.output = new OutputLayerTap(graph, this::afterForward);
    this.trained = Nd4j.createFromArray(trainedMask);
    this.decay = Nd4j.createUninitialized(DataType.FLOAT, trained.length());
    this.targets = Nd4j.create(DataType.FLOAT, batchSize, output.classes());
    graph.setListeners(output);
    if (objective.outputOnly()) {
      if (graph.getFlattenedGradients() == null) {
        graph.initGradientsView(); // DL4J makes it with its own first step
      }
      graph.getFlattenedGradients().assign(0);
    }
  }

  @Override
  public ImageLayout inputLayout() {
    return ImageLayout.NCHW;
  }

  @Override
  protected void train(Minibatch batch, double learningRate) {
    classes = batch.labels();
    if (objective.outputOnly()) {
      // Whatever is before the output layer runs as in inference and gets no gradient.
      Map<String, INDArray> activations = graph.feedForward(batch.images(), false);
      afterForward(output.logits(activations));
      output.backward(activations, targets);
    } else {
      graph.setInputs(batch.images());
      graph.setLabels(targets);
      graph.computeGradientAndScore(); // calls afterForward
    }
    setLearningRate(learningRate);
    applyGradient();
  }

  private void afterForward(float[] logits) {
    count(logits, classes);
    targets.assign(objective.otherTarget(output.classes()));
    float own = objective.ownTarget(output.classes());
    for (int i = 0; i < classes.length; i++) {
      targets.putScalar(i, classes[i], own);
    }
    float[] weights = objective.classWeights();
    if (weights != null) {
      weigh(logits, weights);
    }
  }

  /**
   * DL4J has no weight for an image. So the target t becomes one with which DL4J's gradient, p − t,
   * is the weighted one: p + weight·(t − p).
   */
  private void weigh(float[] logits, float[] weights) {
    float[] ofImage = new float[classes.length];
    for (int i = 0; i < ofImage.length; i++) {
      ofImage[i] = weights[classes[i]];
    }
    try (INDArray rows = Nd4j.create(logits, targets.shape(), 'c');
        INDArray column = Nd4j.createFromArray(ofImage).reshape(ofImage.length, 1);
        INDArray probabilities = Transforms.softmax(rows)) {
      targets.subi(probabilities).muliColumnVector(column).addi(probabilities);
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
    // The updater divides by the batch size what came as a sum over the batch, so the decay is
    // multiplied by it.
    gradient.addi(decay.assign(parameters).muli(trained).muli(objective.weightDecay() * batchSize));
    graph
        .getUpdater(true)
        .update(
            // Not graph.gradient(): that is null unless the whole graph ran backward once.
            new DefaultGradient(graph.getFlattenedGradients()),
            graph.getIterationCount(),
            graph.getEpochCount(),
            batchSize,
            LayerWorkspaceMgr.noWorkspaces());
    if (objective.outputOnly()) {
      gradient.muli(trained); // a momentum from before must not move what is frozen
    }
    parameters.subi(gradient);
  }

  @Override
  public Tally evaluate(Minibatch batch) {
    Map<String, INDArray> activations = graph.feedForward(batch.images(), false);
    return SoftmaxCrossEntropy.tally(output.logits(activations), batch.labels());
  }

  @Override
  public void close() {
    graph.setListeners();
    List.of(trained, decay, targets).forEach(INDArray::close);
  }
}
