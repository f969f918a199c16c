package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Folding;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Classifies with compiled programs of one thread each. A batch is shared out among the cores, each
 * share cut into parts; requests that come at the same time take turns part by part. Programs are
 * kept for further parts of their size.
 */
final class OneDnnInferenceEngine implements InferenceEngine {
  /** Programs are made for a power of two of images, up to this; larger ones are no faster. */
  static final int LARGEST_PART = 16;

  /** On two cores, a program of each size for each. */
  static final int IDLE_LIMIT = Math.max(10, 2 * Cores.COUNT);

  private final ComputationGraph graph;
  private final Program program;
  private final int type;
  private final EngineDescription description;

  /** The most recently used first; guarded by itself. */
  private final Deque<InferenceProgram> idle = new ArrayDeque<>();

  /** Guarded by {@link #idle}. */
  private boolean closed;

  OneDnnInferenceEngine(ComputationGraph graph, Tensor image, EngineDescription description) {
    this.graph = graph;
    this.program = Folding.fold(GraphCompiler.inference(graph, image));
    this.type = description.precision() == Precision.BFLOAT16 ? OneDnn.BFLOAT16 : OneDnn.FLOAT32;
    this.description = description;
  }

  @Override
  public EngineDescription description() {
    return description;
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    float[][] rows = new float[count][];
    Cores.shareOut(count, (from, to) -> classify(images, from, to, rows));
    return rows;
  }

  private void classify(float[] images, int from, int to, float[][] rows) {
    int at = from;
    while (at < to) {
      int first = at;
      int part = nextPart(to - at);
      Cores.onOne(() -> classifyPart(images, first, part, rows));
      at += part;
    }
  }

  /**
   * How many of the images that are left go through one program: all, where they fill at least
   * three quarters of it, since a part of its own costs more than a few empty places.
   */
  private static int nextPart(int left) {
    if (left >= LARGEST_PART) {
      return LARGEST_PART;
    }
    int size = programSize(left);
    return 4 * left >= 3 * size ? left : size / 2;
  }

  private static int programSize(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }

  private float[][] classifyPart(float[] images, int from, int count, float[][] rows) {
    InferenceProgram program = acquire(programSize(count));
    try {
      program.classify(images, from, count, rows);
    } finally {
      release(program);
    }
    return rows;
  }

  private InferenceProgram acquire(int size) {
    synchronized (idle) {
      if (closed) {
        throw new IllegalStateException("this model has been unloaded");
      }
      for (InferenceProgram candidate : idle) {
        if (candidate.size() == size) {
          idle.remove(candidate);
          return candidate;
        }
      }
    }
    return new InferenceProgram(program, size, type, graph);
  }

  private void release(InferenceProgram program) {
    synchronized (idle) {
      idle.addFirst(program);
      closeIdle(closed ? 0 : IDLE_LIMIT);
    }
  }

  /** Gives up those that were used longest ago. */
  private void closeIdle(int left) {
    while (idle.size() > left) {
      idle.removeLast().close();
    }
  }

  /** How many programs wait for a request. */
  int idlePrograms() {
    synchronized (idle) {
      return idle.size();
    }
  }

  /** Requests under way end well; each frees its own program. */
  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      closeIdle(0);
    }
  }
}
