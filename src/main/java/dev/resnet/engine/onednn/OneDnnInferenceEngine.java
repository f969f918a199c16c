package dev.resnet.engine.onednn;

import dev.resnet.engine.Chunks;
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
 * Classifies with compiled programs of one thread each. Each core gets one slice of a batch, which
 * it processes in chunks; concurrent requests take turns chunk by chunk. Programs are kept for
 * further chunks of their size.
 */
final class OneDnnInferenceEngine implements InferenceEngine {
  /** Programs are made for a power of two of images, up to this; larger ones are no faster. */
  static final int LARGEST_CHUNK = 16;

  private static final Chunks CHUNKS = new Chunks(LARGEST_CHUNK);

  /** How many idle programs are kept. On two cores: one of each size for each core. */
  static final int IDLE_LIMIT = Math.max(10, 2 * Cores.COUNT);

  private final ComputationGraph graph;
  private final Program program;
  private final Precision precision;
  private final int type;

  /** The most recently used first; guarded by itself. */
  private final Deque<InferenceProgram> idle = new ArrayDeque<>();

  /** Guarded by {@link #idle}. */
  private boolean closed;

  OneDnnInferenceEngine(ComputationGraph graph, Tensor image, Precision precision) {
    this.graph = graph;
    this.program = Folding.fold(GraphCompiler.inference(graph, image));
    this.precision = precision;
    this.type = OneDnn.type(precision);
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    float[][] rows = new float[count][];
    Cores.inSlices(count, (from, to) -> classify(images, from, to, rows));
    return rows;
  }

  private void classify(float[] images, int from, int to, float[][] rows) {
    int at = from;
    while (at < to) {
      int first = at;
      int chunk = CHUNKS.next(to - at);
      Cores.onOneThread(() -> classifyChunk(images, first, chunk, rows));
      at += chunk;
    }
  }

  private float[][] classifyChunk(float[] images, int from, int count, float[][] rows) {
    InferenceProgram program = acquire(Chunks.programSize(count));
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

  /** Frees those that were used longest ago. */
  private void closeIdle(int left) {
    while (idle.size() > left) {
      idle.removeLast().close();
    }
  }

  /** How many programs are kept. */
  int idlePrograms() {
    synchronized (idle) {
      return idle.size();
    }
  }

  /** Running requests finish normally; each frees its own program. */
  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      closeIdle(0);
    }
  }
}
