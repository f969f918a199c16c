package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.nio.FloatBuffer;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
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
public abstract class EngineContract extends InferenceContract {
  private static final double DECAY = 1e-3;
  private static final double RATE = 0.05;

  /**
   * Of two trainings that are compared step by step: rounding grows with every step, the faster the
   * larger the rate, and differs with the CPU.
   */
  private static final double CALM_RATE = 0.01;

  static final double MOMENTUM = 0.9;

  private static final float[] CLASS_WEIGHTS = {
    0.5f, 1.5f, 1, 2, 0.25f, 0.75f, 1.25f, 0.5f, 3, 0.25f
  };

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
    super(engine, precision, tolerances.loss);
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
    INDArray before = ours.params().dup();
    ours.getUpdater().getStateViewArray().assign(0);
    var objective = new Objective(DECAY, 0.1, CLASS_WEIGHTS, true);
    StockDl4j theirs =
        StockDl4j.once(
            "output layer",
            () -> {
              ComputationGraph graph = trained();
              graph.getUpdater().getStateViewArray().assign(0);
              try (var oracle = oracle(graph, 8, objective)) {
                threeSteps(oracle);
                return StockDl4j.of(graph, oracle.l2Loss());
              }
            });
    try (var a = engine(ours, 8, objective)) {
      threeSteps(a);
      assertThat(a.l2Loss()).isCloseTo(theirs.number(0), within(1e-3 * theirs.number(0)));
    }

    float[] mask = GraphVariable.trainedMask(ours, true);
    float[] step = ours.params().sub(before).reshape(mask.length).toFloatVector();
    for (int i = 0; i < mask.length; i++) {
      assertThat(step[i] != 0).as("element %d moved", i).isEqualTo(mask[i] == 1);
    }
    assertClose(
        "steps", ours.params().sub(before), theirs.parameters().sub(before), tolerances.gradient);
    assertClose(
        "optimiser state",
        ours.getUpdater().getStateViewArray(),
        theirs.optimiserState(),
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
    StockDl4j theirs =
        StockDl4j.once(
            "ten steps",
            () -> {
              ComputationGraph graph = new ResNetSpec(1, 10).initialise(3, MOMENTUM);
              try (var oracle = oracle(graph, 8)) {
                double[] losses = tenLosses(oracle);
                return StockDl4j.of(
                    graph,
                    DoubleStream.concat(DoubleStream.of(losses), DoubleStream.of(oracle.l2Loss()))
                        .toArray());
              }
            });
    ComputationGraph ours = new ResNetSpec(1, 10).initialise(3, MOMENTUM);
    try (var a = engine(ours, 8)) {
      double[] losses = tenLosses(a);
      for (int i = 0; i < losses.length; i++) {
        assertThat(losses[i])
            .as("loss of step %d", i)
            .isCloseTo(theirs.number(i), within(tolerances.loss * theirs.number(i)));
      }
      assertClose("parameters", ours.params(), theirs.parameters(), 10 * tolerances.gradient);
      assertClose(
          "optimiser state",
          ours.getUpdater().getStateViewArray(),
          theirs.optimiserState(),
          30 * tolerances.gradient);
      assertThat(a.l2Loss()).isCloseTo(theirs.number(10), within(1e-3 * theirs.number(10)));
    }
  }

  private static double[] tenLosses(TrainingEngine engine) {
    double[] losses = new double[10];
    for (int i = 0; i < losses.length; i++) {
      engine.step(NoiseBatches.batch(engine.inputLayout(), 8, i), CALM_RATE);
      losses[i] = engine.takeTally().meanCrossEntropy();
    }
    engine.writeBack();
    return losses;
  }

  @ParameterizedTest
  @ValueSource(ints = {48, 64, 96})
  void trainsAndClassifiesImagesOfOtherSizesLikeStockDl4j(int size) {
    var shape = new ImageShape(size);
    float[] images = NoiseBatches.pixels(shape, 2, 9);
    StockDl4j theirs =
        StockDl4j.once(
            "size " + size,
            () -> {
              ComputationGraph graph = new ResNetSpec(1, 10, shape).initialise(3, MOMENTUM);
              double loss;
              try (var oracle =
                  Engines.training(EngineName.DL4J, Precision.FLOAT32, graph, shape, 4, DECAY)) {
                loss = twoSteps(oracle, shape);
              }
              try (var oracle = Engines.inference(EngineName.DL4J, Precision.AUTO, graph, shape)) {
                return StockDl4j.of(graph, loss).answering(oracle.probabilities(images, 2));
              }
            });
    ComputationGraph ours = new ResNetSpec(1, 10, shape).initialise(3, MOMENTUM);
    try (var a = Engines.training(engine, precision, ours, shape, 4, DECAY)) {
      assertThat(twoSteps(a, shape)).isCloseTo(theirs.number(0), within(2 * tolerances.loss));
      assertClose("parameters", ours.params(), theirs.parameters(), 10 * tolerances.gradient);
    }
    theirs.into(ours);
    try (var a = Engines.inference(engine, precision, ours, shape)) {
      float[][] actual = a.probabilities(images, 2);
      for (int k = 0; k < 10; k++) {
        assertThat((double) actual[1][k])
            .isCloseTo(theirs.probabilities()[1][k], within(tolerances.loss));
      }
    }
  }

  private static double twoSteps(TrainingEngine engine, ImageShape shape) {
    for (int i = 0; i < 2; i++) {
      engine.step(NoiseBatches.batch(engine.inputLayout(), shape, 4, i), CALM_RATE);
    }
    double loss = engine.takeTally().meanCrossEntropy();
    engine.writeBack();
    return loss;
  }

  @Test
  void evaluatesLikeStockDl4jWithRunningStatistics() {
    int[] sizes = {1, 8, 20};
    ComputationGraph graph = trained();
    StockDl4j theirs =
        StockDl4j.once(
            "evaluations",
            () -> {
              double[] losses = new double[sizes.length];
              try (var oracle = oracle(graph, 8)) {
                for (int i = 0; i < sizes.length; i++) {
                  losses[i] = evaluated(oracle, sizes[i]).crossEntropy();
                }
              }
              return StockDl4j.of(graph, losses);
            });
    try (var a = engine(graph, 8)) {
      for (int i = 0; i < sizes.length; i++) {
        Tally ours = evaluated(a, sizes[i]);
        assertThat(ours.crossEntropy())
            .isCloseTo(theirs.number(i), within(tolerances.loss * theirs.number(i)));
        assertThat(ours.images()).isEqualTo(sizes[i]);
      }
    }
  }

  private static Tally evaluated(TrainingEngine engine, int size) {
    return engine.evaluate(NoiseBatches.batch(engine.inputLayout(), size, 77));
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

  @Override
  ComputationGraph trained() {
    StockDl4j trained =
        StockDl4j.once(
            "three steps",
            () -> {
              ComputationGraph graph = new ResNetSpec(1, 10).initialise(5, MOMENTUM);
              try (var oracle = oracle(graph, 8)) {
                threeSteps(oracle);
              }
              return StockDl4j.of(graph);
            });
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(5, MOMENTUM);
    trained.into(graph);
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

  private void gradientsAgree(int stackN, int size) {
    gradientsAgree(stackN, size, Objective.crossEntropy(DECAY));
  }

  private void gradientsAgree(int stackN, int size, Objective objective) {
    new Gradients(engine, precision, tolerances).assertThoseOfStockDl4j(stackN, size, objective);
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
    return StockDl4j.training(graph, size, objective);
  }
}
