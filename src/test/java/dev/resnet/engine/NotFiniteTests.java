package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.network.ResNetSpec;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotFiniteTests {
  private final ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);

  @BeforeEach
  void isFiniteAtFirst() {
    assertThat(NotFinite.in(graph)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void isFoundInEveryVariableAndNamed(float bad) {
    graph
        .paramTable()
        .forEach(
            (name, variable) -> {
              float before = variable.getFloat(0);
              variable.putScalar(0, bad);
              String kind = name.matches(".*_(mean|var)") ? "running statistic" : "parameter";
              assertThat(NotFinite.in(graph)).hasValue("the " + kind + " " + name);
              variable.putScalar(0, before);
            });
    assertThat(NotFinite.in(graph)).isEmpty();
  }

  @Test
  void isFoundInTheOptimiserState() {
    var state = graph.getUpdater(true).getStateViewArray();
    state.putScalar(state.length() - 1, Float.NaN);

    assertThat(NotFinite.in(graph)).hasValue("the optimiser state");
  }

  @Test
  void theLargestNumbersAreFine() {
    graph.params().putScalar(3, Float.MAX_VALUE);
    graph.params().putScalar(4, -Float.MAX_VALUE);

    assertThat(NotFinite.in(graph)).isEmpty();
  }
}
