package dev.resnet.engine;

import dev.resnet.pictures.ImageShape;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What stock DL4J computed: the oracle of every engine and precision, the same for all, so each
 * result is computed once in a process.
 *
 * @param numbers losses, in the order of the steps
 * @param probabilities of some images; empty without
 */
record StockDl4j(
    INDArray parameters, INDArray optimiserState, double[] numbers, float[][] probabilities) {
  private static final Map<String, StockDl4j> COMPUTED = new ConcurrentHashMap<>();

  static TrainingEngine training(ComputationGraph graph, int size, Objective objective) {
    return Engines.training(
        EngineName.DL4J, Precision.FLOAT32, graph, ImageShape.CIFAR, size, objective);
  }

  static StockDl4j once(String what, Supplier<StockDl4j> computation) {
    StockDl4j known = COMPUTED.get(what);
    if (known == null) {
      known = computation.get();
      COMPUTED.put(what, known);
    }
    return known;
  }

  /** Copies the state of a graph. */
  static StockDl4j of(ComputationGraph graph, double... numbers) {
    return new StockDl4j(
        graph.params().dup(),
        graph.getUpdater().getStateViewArray().dup(),
        numbers,
        new float[0][]);
  }

  StockDl4j answering(float[][] answers) {
    return new StockDl4j(parameters, optimiserState, numbers, answers);
  }

  double number(int i) {
    return numbers[i];
  }

  /** Gives a graph of the same kind this state. */
  void into(ComputationGraph graph) {
    graph.params().assign(parameters);
    graph.getUpdater().getStateViewArray().assign(optimiserState);
  }
}
