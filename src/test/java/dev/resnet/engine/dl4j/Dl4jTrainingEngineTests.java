package dev.resnet.engine.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.EngineUnavailableException;
import dev.resnet.engine.Engines;
import dev.resnet.engine.GraphVariable;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

class Dl4jTrainingEngineTests {
  private static final int BATCH = 4;

  @Test
  void withoutDecayAStepIsDl4jsOwnFit() {
    ComputationGraph ours = graph();
    ComputationGraph theirs = graph();
    Minibatch batch = batch(1);
    try (TrainingEngine engine = engine(ours, 0)) {
      engine.step(batch, 0.1); // 0.1 is also what the graph's configuration says
    }
    theirs.fit(new DataSet(batch.images(), oneHot(batch)));

    assertThat(ours.params()).isEqualTo(theirs.params());
    assertThat(ours.getUpdater().getStateViewArray())
        .isEqualTo(theirs.getUpdater().getStateViewArray());
    assertThat(ours.getIterationCount()).isEqualTo(theirs.getIterationCount());
  }

  @Test
  void smoothedLabelsAreDl4jsSoftLabels() {
    ComputationGraph ours = graph();
    ComputationGraph theirs = graph();
    Minibatch batch = batch(1);
    try (TrainingEngine engine = engine(ours, new Objective(0, 0.2, null, false))) {
      engine.step(batch, 0.1);
    }
    INDArray labels = oneHot(batch).muli(0.8).addi(0.02);
    theirs.fit(new DataSet(batch.images(), labels));

    assertThat(ours.params().distance2(theirs.params()))
        .isLessThan(1e-6 * theirs.params().norm2Number().doubleValue());
  }

  @Test
  void weightedClassesAreDl4jsWeightedLoss() {
    float[] weights = {0.5f, 1.5f, 1, 2, 0.25f, 0.75f, 1.25f, 0.5f, 3, 0.25f};
    ComputationGraph ours = graph();
    ComputationGraph theirs = graph();
    ((OutputLayer) theirs.getOutputLayer(0).conf().getLayer())
        .setLossFn(new LossMCXENT(Nd4j.createFromArray(weights)));
    Minibatch batch = batch(1);
    try (TrainingEngine engine = engine(ours, new Objective(0, 0, weights, false))) {
      engine.step(batch, 0.1);
    }
    theirs.fit(new DataSet(batch.images(), oneHot(batch)));

    assertThat(ours.params().distance2(theirs.params()))
        .isLessThan(1e-6 * theirs.params().norm2Number().doubleValue());
  }

  @Test
  void aTrainingOfTheOutputLayerIsDl4jsWithFrozenLayers() {
    ComputationGraph ours = graph();
    try (TrainingEngine engine = engine(ours, 0)) {
      engine.step(batch(3), 0.1); // running statistics of their own
    }
    ComputationGraph theirs =
        new TransferLearning.GraphBuilder(ours.clone()).setFeatureExtractor("pool").build();
    ComputationGraph fresh = graph(); // has never run backward
    fresh.setParams(ours.params());
    Minibatch batch = batch(1);
    try (TrainingEngine engine = engine(fresh, new Objective(0, 0, null, true))) {
      engine.step(batch, 0.1);
    }
    theirs.fit(new DataSet(batch.images(), oneHot(batch)));

    assertThat(fresh.getParam("output_W").distance2(theirs.getParam("output_W"))).isLessThan(1e-6);
    assertThat(fresh.getParam("output_b").distance2(theirs.getParam("output_b"))).isLessThan(1e-6);
  }

  /** The recipe decays every trainable variable; DL4J alone exempts biases, scales and shifts. */
  @Test
  void decaysEveryTrainableVariableAndNoRunningStatistic() {
    ComputationGraph with = graph();
    ComputationGraph without = graph();
    with.params().addi(0.01); // biases and shifts start at zero, where decay would not show
    without.params().addi(0.01);
    INDArray before = with.params().dup();
    double rate = 0.1;
    double decay = 0.01;
    double momentum = 0.9;
    try (var a = engine(with, decay);
        var b = engine(without, 0)) {
      a.step(batch(1), rate);
      b.step(batch(1), rate);
    }

    float[] mask = GraphVariable.trainedMask(with);
    INDArray difference = without.params().sub(with.params()).reshape(mask.length);
    double factor = rate * (1 + momentum) * decay;
    for (int i = 0; i < mask.length; i++) {
      assertThat(difference.getDouble(i))
          .isCloseTo(mask[i] * factor * before.getDouble(i), within(2e-6));
    }
  }

  @Test
  void masksExactlyTheRunningStatistics() {
    float[] mask = GraphVariable.trainedMask(graph());
    int untrained = 0;
    for (float trained : mask) {
      untrained += trained == 0 ? 1 : 0;
    }

    // Seven normalisations at n=1: 16, 16, 16, 32, 32, 64 and 64 channels, mean and variance each.
    assertThat(untrained).isEqualTo(2 * (16 + 16 + 16 + 32 + 32 + 64 + 64));
  }

  @Test
  void overfitsASingleBatch() {
    try (TrainingEngine engine = engine(graph(), 1e-4)) {
      double first = Double.NaN;
      double last = Double.NaN;
      for (int i = 0; i < 12; i++) {
        engine.step(batch(1), 0.02);
        last = engine.takeTally().meanCrossEntropy();
        first = i == 0 ? last : first;
      }

      assertThat(last).isLessThan(first / 3);
    }
  }

  @Test
  void talliesSinceItWasLastAsked() {
    try (TrainingEngine engine = engine(graph(), 1e-4)) {
      engine.step(batch(1), 0.01);
      engine.step(batch(2), 0.01);

      assertThat(engine.takeTally().images()).isEqualTo(2 * BATCH);
      assertThat(engine.takeTally().images()).isZero();
    }
  }

  @Test
  void evaluatesWithoutTouchingAnything() {
    ComputationGraph graph = graph();
    INDArray before = graph.params().dup();
    try (TrainingEngine engine = engine(graph, 1e-4)) {
      assertThat(engine.evaluate(batch(3)).images()).isEqualTo(BATCH);
      assertThat(engine.takeTally().images()).isZero();
    }

    assertThat(graph.params()).isEqualTo(before);
  }

  @Test
  void weighsTheNormOfTheTrainedVariables() {
    ComputationGraph graph = graph();
    float[] mask = GraphVariable.trainedMask(graph);
    double sum = 0;
    INDArray parameters = graph.params().reshape(mask.length);
    for (int i = 0; i < mask.length; i++) {
      sum += mask[i] * parameters.getDouble(i) * parameters.getDouble(i);
    }
    try (TrainingEngine engine = engine(graph, 1e-2)) {
      assertThat(engine.l2Loss()).isCloseTo(1e-2 * sum / 2, within(1e-4));
    }
  }

  @Test
  void refusesAPrecisionThatItDoesNotHave() {
    assertThat(Engines.refusal(EngineName.DL4J, Precision.BFLOAT16))
        .hasValueSatisfying(reason -> assertThat(reason).contains("float32 only"));
    assertThat(Engines.refusal(EngineName.DL4J, Precision.FLOAT32)).isEmpty();
    assertThatThrownBy(
            () ->
                Engines.training(
                    EngineName.DL4J, Precision.BFLOAT16, graph(), ImageShape.CIFAR, BATCH, 0))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("float32");
  }

  private static ComputationGraph graph() {
    return new ResNetSpec(1, 10).initialise(1, 0.9);
  }

  private static TrainingEngine engine(ComputationGraph graph, double decay) {
    return engine(graph, Objective.crossEntropy(decay));
  }

  private static TrainingEngine engine(ComputationGraph graph, Objective objective) {
    return Engines.training(
        EngineName.DL4J, Precision.AUTO, graph, ImageShape.CIFAR, BATCH, objective);
  }

  private static INDArray oneHot(Minibatch batch) {
    INDArray labels = Nd4j.zeros(BATCH, 10);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, batch.labels()[i], 1);
    }
    return labels;
  }

  private static Minibatch batch(long seed) {
    return NoiseBatches.batch(ImageLayout.NCHW, BATCH, seed);
  }
}
