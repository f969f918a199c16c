package dev.resnet.pictures;

import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Settings for a reader. */
final class Limits {
  private Limits() {}

  static PictureReader reader(int maxPixels, int maxPixelsAtOnce, DataSize decodeMemory) {
    return new PictureReader(settings(maxPixels, maxPixelsAtOnce, decodeMemory));
  }

  static PictureSettings settings(int maxPixels, int maxPixelsAtOnce, DataSize decodeMemory) {
    return new PictureSettings(maxPixels, maxPixelsAtOnce, decodeMemory, Duration.ZERO);
  }
}
