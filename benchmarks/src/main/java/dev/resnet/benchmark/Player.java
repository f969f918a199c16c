package dev.resnet.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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

  final Spread speed() {
    return Spread.of(imagesPerSecond);
  }

  /** How many times as fast as another, turn by turn: both turns of a pair follow each other. */
  final Spread ratio(Player other) {
    return Spread.of(
        IntStream.range(0, imagesPerSecond.size())
            .mapToObj(i -> imagesPerSecond.get(i) / other.imagesPerSecond.get(i))
            .toList());
  }

  @Override
  public void close() {}
}
