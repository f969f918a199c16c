package dev.resnet.serving;

import dev.resnet.engine.Precision;
import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Settings of a reader. */
final class Limits {
  private Limits() {}

  static PictureReader reader(int maxPixels, int maxPixelsAtOnce, DataSize decodeMemory) {
    return new PictureReader(properties(maxPixels, maxPixelsAtOnce, decodeMemory));
  }

  static ServingProperties properties(int maxPixels, int maxPixelsAtOnce, DataSize decodeMemory) {
    return new ServingProperties(
        Precision.AUTO,
        4,
        DataSize.ofMegabytes(32),
        DataSize.ofMegabytes(1),
        256,
        maxPixels,
        maxPixelsAtOnce,
        decodeMemory,
        DataSize.ofMegabytes(1),
        Duration.ZERO);
  }
}
