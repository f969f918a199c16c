package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The gradients of an engine against those of stock DL4J. */
record Gradients(EngineName engine, Precision precision, EngineContract.Tolerances tolerances) {

  /**
   * Each variable's error, as the second smallest of five batches: with some batches an activation
   * lies so near to a ReLU's kink that rounding, which differs with CPU and threads, decides its
   * side, and both gradients are right. A wrong gradient is wrong in every batch.
   */
  void assertThoseOfStockDl4j(int stackN, int size, Objective objective) {
    Map<String, List<Double>> errors = new LinkedHashMap<>();
    ComputationGraph ours = new ResNetSpec(stackN, 10).initialise(3, EngineContract.MOMENTUM);
    ComputationGraph theirs = new ResNetSpec(stackN, 10).initialise(3, EngineContract.MOMENTUM);
    shift(ours);
    shift(theirs);
    StockDl4j start = StockDl4j.of(theirs);
    for (int seed = 1; seed <= 5; seed++) {
      start.into(ours);
      start.into(theirs);
      compareOneStep(ours, theirs, size, objective, seed, errors);
    }
    assertThat(errors).hasSize(ours.paramTable().size());
    errors.forEach(
        (variable, each) -> {
          each.sort(null);
          assertThat(each.get(1)).as("gradient of %s", variable).isLessThan(tolerances.gradient());
        });
  }

  /**
   * With the learning rate 1 and no momentum yet, one step's change of the parameters is the
   * gradient: {@code Δ = −(1 + momentum) · (gradient + λ·v)}; running statistics move by
   * themselves.
   */
  private void compareOneStep(
      ComputationGraph ours,
      ComputationGraph theirs,
      int size,
      Objective objective,
      int seed,
      Map<String, List<Double>> errors) {
    INDArray before = ours.params().dup();
    try (var a = Engines.training(engine, precision, ours, ImageShape.CIFAR, size, objective);
        var b = StockDl4j.training(theirs, size, objective)) {
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
                variable.assign(tolerances.shift());
              }
            });
  }

  private static INDArray slice(INDArray flat, long from, long to) {
    return flat.reshape(flat.length()).get(NDArrayIndex.interval(from, to));
  }
}
