package dev.resnet.engine.dl4j;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.SoftmaxCrossEntropy;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

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
  private final INDArray labels;
  private final OutputLayerTap output;

  Dl4jTrainingEngine(
      ComputationGraph graph, int batchSize, double weightDecay, EngineDescription description) {
    super(graph, batchSize, weightDecay, description);
    this.output = new OutputLayerTap(graph);
    this.trained = Nd4j.createFromArray(trainedMask);
    this.decay = Nd4j.createUninitialized(DataType.FLOAT, trained.length());
    this.labels = Nd4j.create(DataType.FLOAT, batchSize, output.classes());
    graph.setListeners(output);
  }

  @Override
  public ImageLayout inputLayout() {
    return ImageLayout.NCHW;
  }

  @Override
  protected void train(Minibatch batch, double learningRate) {
    setOneHot(batch.labels());
    graph.setInputs(batch.images());
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    count(output.latestLogits(), batch.labels());
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
    // The updater divides by the batch size what came as a sum over the batch, so the decay is
    // multiplied by it.
    gradient.addi(decay.assign(parameters).muli(trained).muli(weightDecay * batchSize));
    graph
        .getUpdater(true)
        .update(
            graph.gradient(),
            graph.getIterationCount(),
            graph.getEpochCount(),
            batchSize,
            LayerWorkspaceMgr.noWorkspaces());
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
    List.of(trained, decay, labels).forEach(INDArray::close);
  }
}
