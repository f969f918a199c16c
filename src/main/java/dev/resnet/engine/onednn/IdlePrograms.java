package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Bands;
import dev.resnet.engine.program.Program;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Compiled forms of one program, kept for further chunks of their size. Thread-safe. */
final class IdlePrograms implements AutoCloseable {
  private final Supplier<Program> program;
  private final int type;
  private final ComputationGraph graph;
  private final int limit;
  private final int bands;

  /** The most recently used first; guarded by itself. */
  private final Deque<InferenceProgram> idle = new ArrayDeque<>();

  /** Of all programs, also those in use. */
  private final AtomicLong bytes = new AtomicLong();

  /** Guarded by {@link #idle}. */
  private boolean closed;

  /**
   * @param program called for each compiled form
   * @param type of activations: {@link OneDnn#FLOAT32} or {@link OneDnn#BFLOAT16}
   * @param limit how many are kept
   */
  IdlePrograms(Supplier<Program> program, int type, ComputationGraph graph, int limit) {
    this(program, type, graph, limit, 1);
  }

  /**
   * As the other one, for single images.
   *
   * @param bands into which operations are divided for two threads
   */
  IdlePrograms(Supplier<Program> program, int type, ComputationGraph graph, int limit, int bands) {
    this.bands = bands;
    this.program = program;
    this.type = type;
    this.graph = graph;
    this.limit = limit;
  }

  /** A program for chunks of this size, to be given back by {@link #release}. */
  InferenceProgram acquire(int size) {
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
    Program whole = program.get();
    var compiled =
        new InferenceProgram(whole, bands == 1 ? null : new Bands(whole, bands), size, type, graph);
    bytes.addAndGet(compiled.bytes());
    return compiled;
  }

  void release(InferenceProgram program) {
    synchronized (idle) {
      idle.addFirst(program);
      closeIdle(closed ? 0 : limit);
    }
  }

  /** Frees those that were used longest ago. */
  private void closeIdle(int left) {
    while (idle.size() > left) {
      InferenceProgram last = idle.removeLast();
      bytes.addAndGet(-last.bytes());
      last.close();
    }
  }

  /** How many programs are kept. */
  int count() {
    synchronized (idle) {
      return idle.size();
    }
  }

  /** Native memory of all programs, also those in use. */
  long bytes() {
    return bytes.get();
  }

  /** Programs in use are freed when they are given back. */
  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      closeIdle(0);
    }
  }
}
