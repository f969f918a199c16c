package dev.resnet.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Takes its turns and remembers how fast it was. */
abstract class Player implements AutoCloseable {
  private final String name;
  private final List<Double> imagesPerSecond = new ArrayList<>();

  Player(String name) {
    this.name = name;
  }

  final String name() {
    return name;
  }

  /** Before the first turn. */
  void warmUp(double seconds) throws IOException {}

  /** One window; answers images per second. */
  abstract double window() throws IOException;

  final void play() throws IOException {
    imagesPerSecond.add(window());
  }

  final double median() {
    List<Double> sorted = imagesPerSecond.stream().sorted().toList();
    return sorted.get((sorted.size() - 1) / 2);
  }

  final double best() {
    return imagesPerSecond.stream().mapToDouble(x -> x).max().orElseThrow();
  }

  @Override
  public void close() {}
}
