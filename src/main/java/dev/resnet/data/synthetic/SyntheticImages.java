package dev.resnet.data.synthetic;

import dev.resnet.data.CounterRandom;
import dev.resnet.data.ImageSet;
import dev.resnet.pictures.ImageShape;
import java.util.stream.IntStream;

/**
 * Generates the synthetic set: a shape or texture of random position, size, tilt and colours on a
 * shaded background with blurred spots and noise.
 *
 * <p>Foreground and background have the same distribution of colours, so neither colour nor
 * brightness nor any weighted sum of pixels reveals the class: a network has to detect edges and
 * combine them. An image depends only on (seed, split, index), not on how many are generated, and
 * is the same on every machine. No class depends on left and right or on the border of the image: a
 * horizontal flip or a crop with 4 pixels of padding keeps it.
 */
public final class SyntheticImages {
  private static final int SIZE = ImageShape.CIFAR.size();
  private static final long TRAIN = 0;
  private static final long TEST = 1;

  /** Half the extent of a shape, in pixels. */
  private static final double SMALLEST = 8;

  private static final double LARGEST = 11;

  /** Maximum distance of a shape's centre from the image's centre along each axis, in pixels. */
  private static final double SHIFT = 4;

  /** Maximum tilt, in radians. */
  private static final double TILT = Math.toRadians(20);

  /** Minimum Euclidean distance of foreground and background in RGB, each channel in [0, 1]. */
  private static final double CONTRAST = 0.55;

  private static final int SPOTS = 3;

  /** Standard deviation of the noise, in grey levels of 255. */
  private static final double NOISE = 7;

  private final long seed;

  public SyntheticImages(long seed) {
    this.seed = seed;
  }

  public ImageSet train(int count) {
    return draw(TRAIN, count);
  }

  public ImageSet test(int count) {
    return draw(TEST, count);
  }

  /** Labels cycle through the classes, so that any number of first images is balanced. */
  private ImageSet draw(long split, int count) {
    ImageSet images = ImageSet.empty(ImageShape.CIFAR, count);
    SyntheticClass[] classes = SyntheticClass.values();
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              int label = i % classes.length;
              images.labels()[i] = (short) label;
              var random = new CounterRandom(seed, split, i);
              draw(classes[label], random, images.pixels(), i * ImageShape.CIFAR.values());
            });
    return images;
  }

  private static void draw(SyntheticClass figure, CounterRandom random, byte[] pixels, int offset) {
    Place place = Place.draw(random);
    double[] back = colour(random);
    double[] fore = colour(random);
    while (distance(fore, back) < CONTRAST) {
      fore = colour(random);
    }
    Shade shade = Shade.draw(random);
    Spot[] spots = new Spot[SPOTS];
    for (int i = 0; i < SPOTS; i++) {
      spots[i] = Spot.draw(random);
    }
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        double coverage = place.coverage(figure, x + 0.5, y + 0.5);
        double light = shade.at(x, y);
        double spotted = 0;
        for (Spot spot : spots) {
          spotted += spot.at(x + 0.5, y + 0.5);
        }
        int at = offset + ImageShape.CHANNELS * (y * SIZE + x);
        for (int c = 0; c < ImageShape.CHANNELS; c++) {
          double value = back[c] + spotted * (1 - coverage) + coverage * (fore[c] - back[c]);
          double level = 255 * (value + light) + NOISE * noise(random);
          pixels[at + c] = (byte) Math.max(0, Math.min(255, Math.round(level)));
        }
      }
    }
  }

  /** Keeps a margin at both ends, so that light, spots and noise are seldom clipped. */
  private static double[] colour(CounterRandom random) {
    return new double[] {
      random.between(0.08, 0.92), random.between(0.08, 0.92), random.between(0.08, 0.92)
    };
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int c = 0; c < a.length; c++) {
      sum += (a[c] - b[c]) * (a[c] - b[c]);
    }
    return Math.sqrt(sum);
  }

  /** Approximately normal, mean 0, deviation 1: the scaled sum of eight uniform bytes. */
  private static double noise(CounterRandom random) {
    long bits = random.nextLong();
    int sum = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      sum += (int) (bits >>> (i * Byte.SIZE)) & 0xff;
    }
    return (sum - 8 * 127.5) / Math.sqrt(8 * (256.0 * 256 - 1) / 12);
  }

  /** The placement of a shape: maps image coordinates in pixels to the shape's own. */
  private record Place(double x, double y, double radius, double cos, double sin) {
    static Place draw(CounterRandom random) {
      double tilt = random.between(-TILT, TILT);
      return new Place(
          SIZE / 2.0 + random.between(-SHIFT, SHIFT),
          SIZE / 2.0 + random.between(-SHIFT, SHIFT),
          random.between(SMALLEST, LARGEST),
          StrictMath.cos(tilt),
          StrictMath.sin(tilt));
    }

    /** Fraction of the pixel around a point that the shape covers, 0 to 1, for smooth edges. */
    double coverage(SyntheticClass figure, double px, double py) {
      double dx = (px - x) / radius;
      double dy = (py - y) / radius;
      double distance = figure.distance(cos * dx + sin * dy, cos * dy - sin * dx);
      return Math.max(0, Math.min(1, 0.5 - distance * radius));
    }
  }

  /** Light from one side: a linear ramp over the whole image. */
  private record Shade(double perX, double perY) {
    static Shade draw(CounterRandom random) {
      return new Shade(random.between(-0.12, 0.12) / SIZE, random.between(-0.12, 0.12) / SIZE);
    }

    double at(int x, int y) {
      return perX * (x - SIZE / 2) + perY * (y - SIZE / 2);
    }
  }

  /** A blurred spot of the background, lighter or darker than it. */
  private record Spot(double x, double y, double radius, double strength) {
    static Spot draw(CounterRandom random) {
      return new Spot(
          random.between(0, SIZE),
          random.between(0, SIZE),
          random.between(2, 5),
          random.between(-0.18, 0.18));
    }

    /**
     * A parabola that ends at the spot's rim. Without an exponential it is the same on every
     * machine.
     */
    double at(double px, double py) {
      double square = ((px - x) * (px - x) + (py - y) * (py - y)) / (radius * radius);
      return square < 1 ? strength * (1 - square) : 0;
    }
  }
}
