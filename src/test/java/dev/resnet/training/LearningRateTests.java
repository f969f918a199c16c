package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTests {

  @Test
  void piecewiseDropsWhenTheBoundaryEpochBegins() {
    var rate = new LearningRate.Piecewise(List.of(0.1, 0.01, 0.001), List.of(80, 120));

    assertThat(rate.at(0, 200)).isEqualTo(0.1);
    assertThat(rate.at(79.999, 200)).isEqualTo(0.1);
    assertThat(rate.at(80, 200)).isEqualTo(0.01);
    assertThat(rate.at(120, 200)).isEqualTo(0.001);
    assertThat(rate.at(199.9, 200)).isEqualTo(0.001);
  }

  @Test
  void oneCycleClimbsFromATenthAndFallsToZero() {
    var rate = new LearningRate.OneCycle(0.2, 5);

    assertThat(rate.at(0, 20)).isCloseTo(0.02, within(1e-12));
    assertThat(rate.at(2.5, 20)).isCloseTo(0.11, within(1e-12));
    assertThat(rate.at(5, 20)).isCloseTo(0.2, within(1e-12));
    assertThat(rate.at(12.5, 20)).isCloseTo(0.1, within(1e-12));
    assertThat(rate.at(20, 20)).isZero();
  }

  @Test
  void cosineWarmsUpAndDecaysToZero() {
    var rate = new LearningRate.Cosine(0.2, 2);

    assertThat(rate.at(0, 10)).isCloseTo(0.02, within(1e-12));
    assertThat(rate.at(2, 10)).isCloseTo(0.2, within(1e-12));
    assertThat(rate.at(6, 10)).isCloseTo(0.1, within(1e-12));
    assertThat(rate.at(10, 10)).isCloseTo(0, within(1e-12));
    assertThat(new LearningRate.Cosine(0.2, 0).at(0, 10)).isEqualTo(0.2);
  }

  @Test
  void constantStays() {
    assertThat(new LearningRate.Constant(0.05).at(3.7, 10)).isEqualTo(0.05);
  }

  @Test
  void recipesStretchTheirSchedule() {
    assertThat(Recipe.PAPER.learningRate(200, null))
        .isEqualTo(Recipe.PAPER.config(3, "x", 50000, null).learningRate());
    assertThat(Recipe.PAPER.learningRate(100, null))
        .isEqualTo(new LearningRate.Piecewise(List.of(0.1, 0.01, 0.001), List.of(40, 60)));
    assertThat(Recipe.PAPER.learningRate(1, null).at(0.5, 1)).isEqualTo(0.1);
    assertThat(Recipe.FAST.learningRate(1, null).at(0.25, 1)).isCloseTo(0.2, within(1e-12));
  }
}
