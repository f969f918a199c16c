package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.EngineUnavailableException;
import dev.resnet.engine.OpenMp;
import dev.resnet.engine.Owned;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import dev.resnet.engine.program.Window;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.jspecify.annotations.Nullable;

/**
 * Which precision {@code auto} means on this CPU. A CPU with bfloat16 instructions is not always
 * fast in bfloat16: on some, they multiply half as many pairs a second as the float32 ones. So a
 * convolution of the middle of the network is timed in both, once per process; docs/decisions/008
 * has the figures.
 *
 * @param precision never {@link Precision#AUTO}
 * @param reason half a sentence for the user
 */
record AutoPrecision(Precision precision, String reason) {
  /** bfloat16 rounds to eight bits, so it has to save some time. */
  static final double WORTHWHILE = 1.1;

  /**
   * Fixes the choice, so that it does not depend on a measurement; the default is {@code measure}.
   */
  static final String PROPERTY = "resnet.engine.auto";

  /** The same as an environment variable, which reaches every process that a test starts. */
  static final String VARIABLE = "RESNET_ENGINE_AUTO";

  private static final String MEASURE = "measure";
  private static final int ROUNDS = 24;

  private static @Nullable AutoPrecision chosen;

  /**
   * This CPU's; measured at the first call.
   *
   * @throws EngineUnavailableException where the setting is invalid or can't be met
   */
  static synchronized AutoPrecision ofThisCpu() {
    if (chosen == null) {
      chosen = choose(setting(), OneDnn.hasBfloat16());
    }
    return chosen;
  }

  private static String setting() {
    String property = System.getProperty(PROPERTY);
    return property != null ? property : System.getenv().getOrDefault(VARIABLE, MEASURE);
  }

  /**
   * The choice.
   *
   * @param setting {@code measure}, or the precision to use without a measurement
   * @param hasBfloat16 whether the CPU computes in it
   */
  static AutoPrecision choose(String setting, boolean hasBfloat16) {
    boolean fixed = !setting.equals(MEASURE);
    if (fixed && !setting.equals("float32") && !setting.equals("bfloat16")) {
      throw new EngineUnavailableException(
          "%s is \"%s\": set measure, float32 or bfloat16.".formatted(PROPERTY, setting));
    }
    if (setting.equals("bfloat16") && !hasBfloat16) {
      throw new EngineUnavailableException(
          "%s is bfloat16, but this CPU does not compute in bfloat16: set measure or float32."
              .formatted(PROPERTY));
    }
    if (fixed) {
      return new AutoPrecision(
          Precision.of(setting), "%s, since %s says so".formatted(setting, PROPERTY));
    }
    return hasBfloat16
        ? of(OpenMp.withThreads(1, AutoPrecision::speedOfBfloat16))
        : new AutoPrecision(
            Precision.FLOAT32, "float32, since this CPU does not compute in bfloat16");
  }

  /**
   * The choice where the CPU has bfloat16.
   *
   * @param speed of a convolution in bfloat16, in multiples of its speed in float32
   */
  static AutoPrecision of(double speed) {
    boolean worthwhile = speed >= WORTHWHILE;
    return new AutoPrecision(
        worthwhile ? Precision.BFLOAT16 : Precision.FLOAT32,
        String.format(
            Locale.ROOT,
            "%s, since a convolution in bfloat16 runs at %.1f times the speed of float32 here",
            worthwhile ? "bfloat16" : "float32",
            speed));
  }

  /**
   * Best of several alternating runs, so that other work on the machine slows both; on one thread,
   * since a team of threads waits for its slowest one, which may share its core with other work.
   */
  private static double speedOfBfloat16() {
    try (var wide = new Trial(OneDnn.FLOAT32);
        var narrow = new Trial(OneDnn.BFLOAT16)) {
      long wideNanos = Long.MAX_VALUE;
      long narrowNanos = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        wideNanos = Math.min(wideNanos, wide.nanos());
        narrowNanos = Math.min(narrowNanos, narrow.nanos());
      }
      return (double) wideNanos / narrowNanos;
    }
  }

  /** Nanoseconds of one convolution in this type. */
  static long trial(int type) {
    try (var trial = new Trial(type)) {
      return trial.nanos();
    }
  }

  /** A 3×3 convolution of [64, 32, 16, 16] into as many channels, ready to run. */
  private static final class Trial implements AutoCloseable {
    private static final int BATCH = 64;
    private static final int CHANNELS = 32;
    private static final int SIDE = 16;

    private final Owned owned = new Owned();
    private final OneDnn.Stream stream;
    private final OneDnn.Primitive convolution;

    Trial(int type) {
      var window = new Window(3, 3, 1, 1, 1, 1, 1, 1);
      var tensor = new Tensor("trial", CHANNELS, SIDE, SIDE);
      var weights = new Variable(0, CHANNELS * CHANNELS * 3 * 3);
      var layer = new Convolution("trial", tensor, tensor, window, weights, null, null);
      long[] images = {BATCH, CHANNELS, SIDE, SIDE};
      try {
        stream = owned.add(new OneDnn.Stream());
        convolution =
            OneDnn.withDescriptor(
                type, OneDnn.NHWC, images, batch -> primitive(layer, type, batch));
      } catch (RuntimeException | Error e) {
        owned.close();
        throw e;
      }
    }

    private OneDnn.Primitive primitive(Convolution layer, int type, dnnl_memory_desc images) {
      var description =
          owned.add(
              OneDnn.choosingLayout(
                  type,
                  layer.weightShape(),
                  weights ->
                      WeightedLayers.forward(
                          layer, BATCH, true, images, weights, null, images, null, false)));
      Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
      arguments.put(DNNL_ARG_SRC, memory(images));
      arguments.put(DNNL_ARG_DST, memory(images));
      arguments.put(DNNL_ARG_WEIGHTS, memory(description.argument(DNNL_ARG_WEIGHTS)));
      arguments.put(DNNL_ARG_SCRATCHPAD, memory(description.argument(DNNL_ARG_SCRATCHPAD)));
      return owned.add(new OneDnn.Primitive(description, arguments));
    }

    private OneDnn.Memory memory(dnnl_memory_desc descriptor) {
      var block = owned.add(new NativeBlock(Math.max(1, OneDnn.size(descriptor))));
      return owned.add(new OneDnn.Memory(descriptor, block.at(0)));
    }

    long nanos() {
      long start = System.nanoTime();
      convolution.execute(stream);
      return System.nanoTime() - start;
    }

    @Override
    public void close() {
      owned.close();
    }
  }
}
