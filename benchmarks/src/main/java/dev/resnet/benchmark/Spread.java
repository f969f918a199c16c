package dev.resnet.benchmark;

import java.util.List;

/** The median of some values and the middle half of them. */
record Spread(double lower, double median, double upper) {
  static Spread of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int last = sorted.size() - 1;
    double median = (sorted.get(last / 2) + sorted.get((last + 1) / 2)) / 2;
    return new Spread(sorted.get(last / 4), median, sorted.get(last - last / 4));
  }
}
