package dev.resnet.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTests {

  /** Fagerland, Lydersen, Laake 2013, BMC Medical Research Methodology 13:91: p = 0.070. */
  @Test
  void agreesWithAPublishedExample() {
    assertThat(McNemar.exact(1, 7)).isCloseTo(.070, within(.0005));
    assertThat(McNemar.exact(1, 7)).isEqualTo(2 * (1 + 8) / 256.0, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "3, 3", "4, 3", "2, 10", "86, 150", "700, 500", "1000, 1100"})
  void agreesWithExactFractions(int first, int second) {
    double expected = oracle(first, second);
    assertThat(McNemar.exact(first, second)).isCloseTo(expected, within(1e-9 * expected));
    assertThat(McNemar.exact(second, first)).isEqualTo(McNemar.exact(first, second));
  }

  @Test
  void aVerySmallProbabilityIsNotZero() {
    assertThat(McNemar.exact(0, 5000)).isPositive().isLessThan(1e-300);
  }

  /** Both tails of the binomial distribution with p = 1/2, as a fraction of integers. */
  private static double oracle(int first, int second) {
    int n = first + second;
    BigInteger tail = BigInteger.ZERO;
    BigInteger choose = BigInteger.ONE;
    for (int i = 0; i <= Math.min(first, second); i++) {
      tail = tail.add(choose);
      choose = choose.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
    }
    return Math.min(
        1,
        new BigDecimal(tail.shiftLeft(1))
            .divide(new BigDecimal(BigInteger.ONE.shiftLeft(n)), MathContext.DECIMAL64)
            .doubleValue());
  }
}
