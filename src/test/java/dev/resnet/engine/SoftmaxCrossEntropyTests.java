package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SoftmaxCrossEntropyTests {

  @Test
  void sumsCrossEntropyAndCountsTheRightOnes() {
    Tally tally = SoftmaxCrossEntropy.tally(new float[] {0, 0, 5, 1}, new int[] {1, 0});

    assertThat(tally.images()).isEqualTo(2);
    assertThat(tally.correct()).isEqualTo(1);
    assertThat(tally.crossEntropy())
        .isCloseTo(Math.log(2) + Math.log(1 + Math.exp(-4)), within(1e-9));
  }

  @Test
  void clipsHopelessProbabilities() {
    Tally tally = SoftmaxCrossEntropy.tally(new float[] {0, 1000}, new int[] {0});

    assertThat(tally.crossEntropy()).isCloseTo(-Math.log(1e-7), within(1e-9));
  }

  @Test
  void survivesLargeLogits() {
    assertThat(SoftmaxCrossEntropy.tally(new float[] {3e38f, 0}, new int[] {0}).crossEntropy())
        .isZero();
  }

  @Test
  void losesNoNaN() {
    assertThat(SoftmaxCrossEntropy.tally(new float[] {Float.NaN, 0}, new int[] {1}).crossEntropy())
        .isNaN();
    assertThat(
            SoftmaxCrossEntropy.tally(new float[] {0, Float.POSITIVE_INFINITY}, new int[] {1})
                .crossEntropy())
        .isNaN();
  }
}
