package dev.resnet.evaluation;

/**
 * McNemar's test of two classifiers on the same images (McNemar 1947; for learning algorithms:
 * Dietterich 1998, section 3.1). Under the null hypothesis, each of the images on which they differ
 * is as likely to be won by one as by the other. The test is exact for every number of images, so
 * no chi-squared approximation is needed.
 */
final class McNemar {
  private McNemar() {}

  /**
   * The two-sided p-value of the exact binomial test.
   *
   * @param onlyFirst images that only the first classifier gets right
   * @param onlySecond images that only the second one gets right
   * @return the probability, under the null hypothesis, of a split at least as uneven; in (0, 1]
   */
  static double exact(int onlyFirst, int onlySecond) {
    int n = onlyFirst + onlySecond;
    int fewer = Math.min(onlyFirst, onlySecond);
    if (2 * fewer >= n - 1) {
      return 1; // both tails together are everything
    }
    // ln of C(n, i) / 2^n: the terms themselves leave the range of a double from n = 1075 on.
    double term = -n * Math.log(2);
    double sum = Math.exp(term);
    for (int i = 1; i <= fewer; i++) {
      term += Math.log((double) (n - i + 1) / i);
      sum += Math.exp(term);
    }
    return Math.min(1, Math.max(2 * sum, Double.MIN_NORMAL));
  }
}
