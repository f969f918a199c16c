package dev.resnet.training;

import dev.resnet.data.Dataset;
import dev.resnet.data.ImageSet;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Precision;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Noise images, and the engines that can train on them on this machine. */
final class Noise {
  /** An engine with a precision. */
  record Execution(EngineName engine, Precision precision) {}

  private Noise() {}

  /** For tests of what does not depend on the engine: stock DL4J takes ten times as long. */
  static final Execution FASTEST =
      executions().filter(execution -> execution.precision() == Precision.FLOAT32).toList().stream()
          .reduce((first, last) -> last)
          .orElseThrow();

  static Dataset data(int train, int test) {
    return new Dataset(
        "test",
        List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
        images(train, 1),
        images(test, 2),
        ResizePolicy.CROP,
        "0".repeat(64));
  }

  private static ImageSet images(int count, long seed) {
    byte[] pixels = new byte[count * ImageShape.CIFAR.values()];
    new Random(seed).nextBytes(pixels);
    short[] labels = new short[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (short) (i % 10);
    }
    return new ImageSet(ImageShape.CIFAR, pixels, labels);
  }

  /** Every engine with every precision that this CPU supports. */
  static Stream<Execution> executions() {
    return Stream.of(
            new Execution(EngineName.DL4J, Precision.FLOAT32),
            new Execution(EngineName.ONEDNN, Precision.FLOAT32),
            new Execution(EngineName.ONEDNN, Precision.BFLOAT16))
        .filter(execution -> Engines.refusal(execution.engine(), execution.precision()).isEmpty());
  }
}
