package dev.resnet.engine.onednn;

import dev.resnet.engine.Chunks;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Precision;
import dev.resnet.engine.Turns;
import dev.resnet.engine.program.ClassActivation;
import dev.resnet.engine.program.Folding;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Classifies with compiled programs of one thread each. The cores share a batch, chunk by chunk;
 * concurrent requests take turns. A single image is shared by two threads while nothing else is
 * classified. Programs are kept for further chunks of their size.
 */
final class OneDnnInferenceEngine implements InferenceEngine {
  /**
   * Programs are made for a power of two of images, up to this. With larger ones, the activations
   * leave the second-level cache.
   */
  static final int LARGEST_CHUNK = 4;

  /** Into how many bands of rows a single image is divided; more were not tried. */
  static final int BANDS = 2;

  private static final Chunks CHUNKS = new Chunks(LARGEST_CHUNK);

  /** How many idle programs are kept beside the divided one, of all sizes for each core. */
  static final int IDLE_LIMIT = Math.max(10, 2 * Cores.COUNT);

  /** Heat maps are rare: one program of each size. */
  private static final int IDLE_MAPS_LIMIT = 5;

  private final Precision precision;
  private final BooleanSupplier dividesNow;
  private final long parameters;
  private final IdlePrograms programs;
  private final IdlePrograms maps;

  /** For a single image on two threads. */
  private final IdlePrograms divided;

  OneDnnInferenceEngine(ComputationGraph graph, Tensor image, Precision precision) {
    this(graph, image, precision, OneDnnInferenceEngine::isSecondCoreFree);
  }

  /**
   * @param dividesNow whether a single image is shared by two threads now
   */
  OneDnnInferenceEngine(
      ComputationGraph graph, Tensor image, Precision precision, BooleanSupplier dividesNow) {
    this.dividesNow = dividesNow;
    this.precision = precision;
    this.parameters = graph.params().length() * Float.BYTES;
    Program program = Folding.fold(GraphCompiler.inference(graph, image));
    int type = OneDnn.type(precision);
    this.programs = new IdlePrograms(() -> program, type, graph, IDLE_LIMIT);
    this.divided = new IdlePrograms(() -> program, type, graph, 1, BANDS);
    this.maps = new IdlePrograms(() -> ClassActivation.maps(program), type, graph, IDLE_MAPS_LIMIT);
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    float[][] rows = new float[count][];
    IdlePrograms fitting = count == 1 && dividesNow.getAsBoolean() ? divided : programs;
    Cores.inSlices(
        count,
        slice(count),
        (from, to) ->
            inChunks(
                fitting,
                from,
                to,
                (program, first, chunk) -> program.classify(images, first, chunk, rows)));
    return rows;
  }

  /**
   * Beside a training it is not: while the training pauses, one of its threads keeps waiting on a
   * processor for a while.
   */
  private static boolean isSecondCoreFree() {
    return Cores.COUNT > 1 && Cores.areIdle() && !Turns.SHARED.hasTraining();
  }

  @Override
  public float[][] activationMaps(float[] images, int[] classes) {
    float[][] rows = new float[classes.length][];
    Cores.inSlices(
        classes.length,
        slice(classes.length),
        (from, to) ->
            inChunks(
                maps,
                from,
                to,
                (program, first, chunk) -> program.maps(images, first, chunk, classes, rows)));
    return rows;
  }

  /**
   * Images that a thread takes at once: few enough that the cores end together, but at least two
   * where every core gets as many, since that is faster than one after another.
   */
  private static int slice(int count) {
    int each = count / (2 * Cores.COUNT);
    return each == 0 ? 1 : Math.max(2, Math.min(LARGEST_CHUNK, Integer.highestOneBit(each)));
  }

  /** What a program does with some images. */
  @FunctionalInterface
  private interface Chunk {
    void run(InferenceProgram program, int first, int count);
  }

  private static void inChunks(IdlePrograms programs, int from, int to, Chunk work) {
    int at = from;
    while (at < to) {
      int first = at;
      int chunk = CHUNKS.next(to - at);
      Cores.onOneThread(
          () -> {
            InferenceProgram program = programs.acquire(Chunks.programSize(chunk));
            try {
              work.run(program, first, chunk);
            } finally {
              programs.release(program);
            }
            return null;
          });
      at += chunk;
    }
  }

  @Override
  public long bytes() {
    return parameters + programs.bytes() + divided.bytes() + maps.bytes();
  }

  /** How many programs are kept. */
  int idlePrograms() {
    return programs.count() + divided.count();
  }

  /** Running requests finish normally; each frees its own program. */
  @Override
  public void close() {
    programs.close();
    divided.close();
    maps.close();
  }
}
