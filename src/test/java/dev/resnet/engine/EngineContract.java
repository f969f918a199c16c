package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What every engine promises, with stock DL4J as the oracle: one subclass for each engine and
 * precision.
 */
public abstract class EngineContract {
  private static final double DECAY = 1e-3;
  private static final double RATE = 0.05;

  /**
   * Of two trainings that are compared step by step: rounding grows with every step, the faster the
   * larger the rate, and differs with the CPU.
   */
  private static final double CALM_RATE = 0.01;

  private static final double MOMENTUM = 0.9;

  private static final float[] CLASS_WEIGHTS = {
    0.5f, 1.5f, 1, 2, 0.25f, 0.75f, 1.25f, 0.5f, 3, 0.25f
  };

  private final EngineName engine;
  private final Precision precision;
  private final Tolerances tolerances;

  /**
   * How far an engine may lie from the oracle, all relative.
   *
   * @param gradient ‖a−b‖/‖b‖ of one gradient tensor
   * @param shift of every normalisation while gradients are compared. DL4J starts at zero, where
   *     half of the activations are cut off by the ReLU after it, and those within rounding's reach
   *     of zero may fall to the other side: both gradients are right there, and they differ. A
   *     shift of several standard deviations keeps clear of the kink.
   * @param slope the loss's slope along the gradient against the gradient's own length
   * @param loss of a loss
   */
  public record Tolerances(double gradient, double shift, double slope, double loss) {}

  protected EngineContract(EngineName engine, Precision precision, Tolerances tolerances) {
    this.engine = engine;
    this.precision = precision;
    this.tolerances = tolerances;
  }

  @Test
  void gradientsOfEveryVariableAreStockDl4jsAtN1() {
    gradientsAgree(1, 8);
  }

  @Test
  void gradientsOfEveryVariableAreStockDl4jsAtN3() {
    gradientsAgree(3, 8);
  }

  @Test
  void oddBatchSizesAgreeToo() {
    gradientsAgree(1, 1);
    gradientsAgree(1, 7);
  }

  @Test
  void gradientsOfSmoothedLabelsAndWeightedClassesAreStockDl4js() {
    gradientsAgree(1, 8, new Objective(DECAY, 0.2, CLASS_WEIGHTS, false));
  }

  @Test
  void trainsOnlyTheOutputLayer() {
    ComputationGraph ours = trained();
    ComputationGraph theirs = trained();
    INDArray before = ours.params().dup();
    ours.getUpdater().getStateViewArray().assign(0);
    theirs.getUpdater().getStateViewArray().assign(0);
    var objective = new Objective(DECAY, 0.1, CLASS_WEIGHTS, true);
    try (var a = engine(ours, 8, objective);
        var b = oracle(theirs, 8, objective)) {
      threeSteps(a);
      threeSteps(b);
      assertThat(a.l2Loss()).isCloseTo(b.l2Loss(), within(1e-3 * b.l2Loss()));
    }

    float[] mask = GraphVariable.trainedMask(ours, true);
    float[] step = ours.params().sub(before).reshape(mask.length).toFloatVector();
    for (int i = 0; i < mask.length; i++) {
      assertThat(step[i] != 0).as("element %d moved", i).isEqualTo(mask[i] == 1);
    }
    assertClose(
        "steps", ours.params().sub(before), theirs.params().sub(before), tolerances.gradient);
    assertClose(
        "optimiser state",
        ours.getUpdater().getStateViewArray(),
        theirs.getUpdater().getStateViewArray(),
        tolerances.gradient);
  }

  /** Needs no oracle: central differences of the loss itself. */
  @Test
  void theGradientIsTheSlopeOfTheLoss() {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(3, MOMENTUM);
    INDArray start = graph.params().dup();
    INDArray direction;
    double length;
    try (var engine = Engines.training(this.engine, precision, graph, ImageShape.CIFAR, 8, 0)) {
      engine.step(NoiseBatches.batch(engine.inputLayout(), 8, 5), 1.0);
      engine.writeBack();
      INDArray gradient =
          start
              .sub(graph.params())
              .div(1 + MOMENTUM)
              .mul(Nd4j.create(GraphVariable.trainedMask(graph)).reshape(start.shape()));
      length = gradient.norm2Number().doubleValue();
      direction = gradient.div(length);
    }
    double distance = 0.02 / length; // moves the loss by 0.02: far above rounding, nearly straight
    double slope =
        (lossAt(start.add(direction.mul(distance))) - lossAt(start.sub(direction.mul(distance))))
            / (2 * distance);
    assertThat(slope).isCloseTo(length, within(tolerances.slope * length));
  }

  private double lossAt(INDArray parameters) {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(3, MOMENTUM);
    graph.setParams(parameters.reshape(graph.params().shape()));
    try (var engine = Engines.training(this.engine, precision, graph, ImageShape.CIFAR, 8, 0)) {
      engine.step(NoiseBatches.batch(engine.inputLayout(), 8, 5), 0);
      return engine.takeTally().meanCrossEntropy();
    }
  }

  @Test
  void tenLossesParametersAndOptimiserStateFollowStockDl4j() {
    ComputationGraph ours = new ResNetSpec(1, 10).initialise(3, MOMENTUM);
    ComputationGraph theirs = new ResNetSpec(1, 10).initialise(3, MOMENTUM);
    try (var a = engine(ours, 8);
        var b = oracle(theirs, 8)) {
      for (int i = 0; i < 10; i++) {
        a.step(NoiseBatches.batch(a.inputLayout(), 8, i), CALM_RATE);
        b.step(NoiseBatches.batch(b.inputLayout(), 8, i), CALM_RATE);
        Tally tallyA = a.takeTally();
        Tally tallyB = b.takeTally();
        assertThat(tallyA.meanCrossEntropy())
            .as("loss of step %d", i)
            .isCloseTo(
                tallyB.meanCrossEntropy(), within(tolerances.loss * tallyB.meanCrossEntropy()));
      }
      a.writeBack();
      b.writeBack();
      assertClose("parameters", ours.params(), theirs.params(), 10 * tolerances.gradient);
      assertClose(
          "optimiser state",
          ours.getUpdater().getStateViewArray(),
          theirs.getUpdater().getStateViewArray(),
          30 * tolerances.gradient);
      assertThat(a.l2Loss()).isCloseTo(b.l2Loss(), within(1e-3 * b.l2Loss()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {48, 64, 96})
  void trainsAndClassifiesImagesOfOtherSizesLikeStockDl4j(int size) {
    var shape = new ImageShape(size);
    ComputationGraph ours = new ResNetSpec(1, 10, shape).initialise(3, MOMENTUM);
    ComputationGraph theirs = new ResNetSpec(1, 10, shape).initialise(3, MOMENTUM);
    try (var a = Engines.training(engine, precision, ours, shape, 4, DECAY);
        var b = Engines.training(EngineName.DL4J, Precision.FLOAT32, theirs, shape, 4, DECAY)) {
      for (int i = 0; i < 2; i++) {
        a.step(NoiseBatches.batch(a.inputLayout(), shape, 4, i), CALM_RATE);
        b.step(NoiseBatches.batch(b.inputLayout(), shape, 4, i), CALM_RATE);
      }
      assertThat(a.takeTally().meanCrossEntropy())
          .isCloseTo(b.takeTally().meanCrossEntropy(), within(2 * tolerances.loss));
      a.writeBack();
      b.writeBack();
      assertClose("parameters", ours.params(), theirs.params(), 10 * tolerances.gradient);
    }
    float[] images = NoiseBatches.pixels(shape, 2, 9);
    try (var a = Engines.inference(engine, precision, theirs, shape);
        var b = Engines.inference(EngineName.DL4J, Precision.AUTO, theirs, shape)) {
      float[][] expected = b.probabilities(images, 2);
      float[][] actual = a.probabilities(images, 2);
      for (int k = 0; k < 10; k++) {
        assertThat((double) actual[1][k]).isCloseTo(expected[1][k], within(tolerances.loss));
      }
    }
  }

  @Test
  void evaluatesLikeStockDl4jWithRunningStatistics() {
    ComputationGraph graph = trained();
    try (var a = engine(graph, 8);
        var b = oracle(graph, 8)) {
      for (int size : new int[] {1, 8, 20}) {
        Tally ours = a.evaluate(NoiseBatches.batch(a.inputLayout(), size, 77));
        Tally theirs = b.evaluate(NoiseBatches.batch(b.inputLayout(), size, 77));
        assertThat(ours.crossEntropy())
            .isCloseTo(theirs.crossEntropy(), within(tolerances.loss * theirs.crossEntropy()));
        assertThat(ours.images()).isEqualTo(size);
      }
    }
  }

  @Test
  void classifiesLikeStockDl4j() {
    ComputationGraph graph = trained();
    for (int count : new int[] {1, 3, 5, 8}) {
      float[] images = NoiseBatches.pixels(count, 9);
      try (var a = Engines.inference(engine, precision, graph, ImageShape.CIFAR);
          var b = Engines.inference(EngineName.DL4J, Precision.AUTO, graph, ImageShape.CIFAR)) {
        float[][] ours = a.probabilities(images, count);
        float[][] theirs = b.probabilities(images, count);
        for (int i = 0; i < count; i++) {
          for (int k = 0; k < 10; k++) {
            assertThat((double) ours[i][k]).isCloseTo(theirs[i][k], within(tolerances.loss));
          }
        }
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    assertThat(afterThreeSteps(engine -> {})).isEqualTo(afterThreeSteps(engine -> {}));
  }

  @Test
  void lookingAtTheTallyChangesNoBit() {
    Outcome looked =
        afterThreeSteps(
            engine -> {
              engine.tally();
              engine.tally();
            });
    assertThat(looked).isEqualTo(afterThreeSteps(engine -> {}));
    assertThat(looked.tally.images()).isEqualTo(3 * 8);
  }

  @Test
  void writingBackChangesNoBit() {
    Outcome written =
        afterThreeSteps(
            engine -> {
              engine.writeBack();
              engine.writeBack();
            });
    assertThat(written).isEqualTo(afterThreeSteps(engine -> {}));
  }

  /** Copies, compared bit by bit: nd4j's equals overlooks small differences. */
  private record Outcome(FloatBuffer parameters, FloatBuffer optimiserState, Tally tally) {}

  private Outcome afterThreeSteps(Consumer<TrainingEngine> afterEach) {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(3, MOMENTUM);
    try (var engine = engine(graph, 8)) {
      threeSteps(engine, () -> afterEach.accept(engine));
      return new Outcome(
          FloatBuffer.wrap(graph.params().data().asFloat()),
          FloatBuffer.wrap(graph.getUpdater().getStateViewArray().data().asFloat()),
          engine.takeTally());
    }
  }

  private ComputationGraph trained() {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(5, MOMENTUM);
    try (var oracle = oracle(graph, 8)) {
      threeSteps(oracle);
    }
    return graph;
  }

  private static void threeSteps(TrainingEngine engine) {
    threeSteps(engine, () -> {});
  }

  private static void threeSteps(TrainingEngine engine, Runnable afterEach) {
    for (int i = 0; i < 3; i++) {
      engine.step(NoiseBatches.batch(engine.inputLayout(), 8, i), RATE);
      afterEach.run();
    }
    engine.writeBack();
  }

  /**
   * Each variable's error, as the second smallest of five batches: with some batches an activation
   * lies so near to a ReLU's kink that rounding, which differs with CPU and threads, decides its
   * side, and both gradients are right. A wrong gradient is wrong in every batch.
   */
  private void gradientsAgree(int stackN, int size) {
    gradientsAgree(stackN, size, Objective.crossEntropy(DECAY));
  }

  private void gradientsAgree(int stackN, int size, Objective objective) {
    Map<String, List<Double>> errors = new LinkedHashMap<>();
    for (int seed = 1; seed <= 5; seed++) {
      compareOneStep(stackN, size, objective, seed, errors);
    }
    assertThat(errors)
        .hasSize(new ResNetSpec(stackN, 10).initialise(3, MOMENTUM).paramTable().size());
    errors.forEach(
        (variable, each) -> {
          each.sort(null);
          assertThat(each.get(1)).as("gradient of %s", variable).isLessThan(tolerances.gradient);
        });
  }

  /**
   * With the learning rate 1 and no momentum yet, one step's change of the parameters is the
   * gradient: {@code Δ = −(1 + momentum) · (gradient + λ·v)}; running statistics move by
   * themselves.
   */
  private void compareOneStep(
      int stackN, int size, Objective objective, int seed, Map<String, List<Double>> errors) {
    ComputationGraph ours = new ResNetSpec(stackN, 10).initialise(3, MOMENTUM);
    ComputationGraph theirs = new ResNetSpec(stackN, 10).initialise(3, MOMENTUM);
    shift(ours);
    shift(theirs);
    INDArray before = ours.params().dup();
    try (var a = engine(ours, size, objective);
        var b = oracle(theirs, size, objective)) {
      a.step(NoiseBatches.batch(a.inputLayout(), size, seed), 1.0);
      b.step(NoiseBatches.batch(b.inputLayout(), size, seed), 1.0);
      a.writeBack();
      b.writeBack();
    }
    INDArray ourStep = ours.params().sub(before);
    INDArray theirStep = theirs.params().sub(before);
    double scale = theirStep.norm2Number().doubleValue() / Math.sqrt(theirStep.length());
    long at = 0;
    for (GraphVariable variable : GraphVariable.all(ours)) {
      long end = at + variable.values().length();
      INDArray x = slice(ourStep, at, end);
      INDArray y = slice(theirStep, at, end);
      // The bias in front of a batch normalisation has no gradient except rounding: there, absolute
      // counts.
      double floor = 2e-2 * scale * Math.sqrt(end - at);
      double error = x.sub(y).norm2Number().doubleValue();
      double norm = Math.max(floor, y.norm2Number().doubleValue());
      errors.computeIfAbsent(variable.name(), name -> new ArrayList<>()).add(error / norm);
      at = end;
    }
  }

  private void shift(ComputationGraph graph) {
    graph
        .paramTable()
        .forEach(
            (name, variable) -> {
              if (name.endsWith("_beta")) {
                variable.assign(tolerances.shift);
              }
            });
  }

  private static INDArray slice(INDArray flat, long from, long to) {
    return flat.reshape(flat.length())
        .get(org.nd4j.linalg.indexing.NDArrayIndex.interval(from, to));
  }

  private static void assertClose(String what, INDArray a, INDArray b, double tolerance) {
    double error = a.sub(b).norm2Number().doubleValue() / b.norm2Number().doubleValue();
    assertThat(error).as(what).isLessThan(tolerance);
  }

  private TrainingEngine engine(ComputationGraph graph, int size) {
    return engine(graph, size, Objective.crossEntropy(DECAY));
  }

  private TrainingEngine engine(ComputationGraph graph, int size, Objective objective) {
    return Engines.training(this.engine, precision, graph, ImageShape.CIFAR, size, objective);
  }

  private static TrainingEngine oracle(ComputationGraph graph, int size) {
    return oracle(graph, size, Objective.crossEntropy(DECAY));
  }

  private static TrainingEngine oracle(ComputationGraph graph, int size, Objective objective) {
    return Engines.training(
        EngineName.DL4J, Precision.FLOAT32, graph, ImageShape.CIFAR, size, objective);
  }
}
