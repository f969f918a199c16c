import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Precision;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Measures the engine {@code cuda} on this machine's GPU: images a second in training, from images
 * that lie on the GPU (augmentation included), in evaluation, and in classification from the host.
 *
 * <p>{@code java -cp target/classes:… benchmarks/GpuSpeed.java 3:bfloat16 18:bfloat16 3:float32}.
 * docs/performance.md has the whole command. An argument is STACK_N:PRECISION. Each figure is the
 * median of seven intervals.
 */
final class GpuSpeed {
  private static final int BATCH = 128;
  private static final int IMAGES = 50_000;

  public static void main(String[] args) {
    for (String arg : args) {
      String[] parts = arg.split(":");
      measure(Integer.parseInt(parts[0]), Precision.of(parts[1]));
    }
  }

  private static void measure(int stackN, Precision precision) {
    var random = new Random(1);
    byte[] pixels = new byte[IMAGES * ImageShape.CIFAR.values()];
    random.nextBytes(pixels);
    short[] labels = new short[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = (short) random.nextInt(10);
    }
    float[][] table = new float[3][256];
    for (float[] row : table) {
      for (int value = 0; value < 256; value++) {
        row[value] = (value - 128) / 64f;
      }
    }
    var graph = new ResNetSpec(stackN, 10).initialise(1, 0.9);
    long start = System.nanoTime();
    try (var engine =
            Engines.training(
                EngineName.CUDA, precision, graph, ImageShape.CIFAR, BATCH, 1e-4);
        var images = engine.keep(ImageShape.CIFAR, pixels, labels, table)) {
      BatchPlan[] plans = new BatchPlan[64];
      Arrays.setAll(plans, i -> plan(random, BATCH));
      for (int i = 0; i < 100; i++) {
        engine.step(images, plans[i % plans.length], 0.01);
      }
      engine.tally();
      System.out.printf(
          Locale.ROOT,
          "n=%d %s: ready after %.1f s%n",
          stackN,
          precision.wireName(),
          (System.nanoTime() - start) * 1e-9);
      int steps = stackN > 9 ? 150 : 600;
      double[] rates = new double[7];
      double host = 0;
      for (int window = 0; window < rates.length; window++) {
        long from = System.nanoTime();
        for (int i = 0; i < steps; i++) {
          engine.step(images, plans[i % plans.length], 0.01);
        }
        host += (System.nanoTime() - from) * 1e-3 / steps / rates.length;
        engine.tally();
        rates[window] = steps * (double) BATCH / ((System.nanoTime() - from) * 1e-9);
      }
      print(stackN, precision, "training", rates);
      System.out.printf(Locale.ROOT, "  queueing a step took the host %.1f us%n", host);
      BatchPlan evaluated = plan(random, 200);
      engine.evaluate(images, evaluated);
      engine.evaluate(images, evaluated);
      for (int window = 0; window < rates.length; window++) {
        long from = System.nanoTime();
        for (int i = 0; i < 50; i++) {
          engine.evaluate(images, evaluated);
        }
        rates[window] = 50 * 200 / ((System.nanoTime() - from) * 1e-9);
      }
      print(stackN, precision, "evaluation", rates);
      engine.writeBack();
    }
    try (var engine = Engines.inference(EngineName.CUDA, precision, graph, ImageShape.CIFAR)) {
      for (int batch : new int[] {1, 128}) {
        float[] images = new float[batch * ImageShape.CIFAR.values()];
        for (int i = 0; i < images.length; i++) {
          images[i] = (float) random.nextGaussian();
        }
        double[] rates = new double[7];
        for (int i = 0; i < 20; i++) {
          engine.probabilities(images, batch);
        }
        for (int window = 0; window < rates.length; window++) {
          long from = System.nanoTime();
          for (int i = 0; i < 100; i++) {
            engine.probabilities(images, batch);
          }
          rates[window] = 100.0 * batch / ((System.nanoTime() - from) * 1e-9);
        }
        print(stackN, precision, "classification, batch " + batch, rates);
      }
    }
  }

  private static BatchPlan plan(Random random, int size) {
    return new BatchPlan(
        random.ints(size, 0, IMAGES).toArray(),
        random.ints(size, -4, 5).toArray(),
        random.ints(size, -4, 5).toArray(),
        flips(random, size),
        0,
        new int[size],
        new int[size]);
  }

  private static boolean[] flips(Random random, int size) {
    boolean[] flips = new boolean[size];
    IntStream.range(0, size).forEach(i -> flips[i] = random.nextBoolean());
    return flips;
  }

  private static void print(int stackN, Precision precision, String what, double[] rates) {
    Arrays.sort(rates);
    System.out.printf(
        Locale.ROOT,
        "n=%d %s %s: %,.0f images/s (%,.0f to %,.0f)%n",
        stackN,
        precision.wireName(),
        what,
        rates[rates.length / 2],
        rates[0],
        rates[rates.length - 1]);
  }
}
