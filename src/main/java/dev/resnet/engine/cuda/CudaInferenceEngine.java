package dev.resnet.engine.cuda;

import dev.resnet.engine.ActivationMaps;
import dev.resnet.engine.Chunks;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Natives;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Owned;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Folding;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import dev.resnet.pictures.ImageShape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * Classifies with compiled programs on a GPU. A batch goes through in chunks; a few chunks of
 * concurrent requests are on the GPU at the same time, the others wait. Programs are kept for
 * further chunks of their size.
 */
final class CudaInferenceEngine implements InferenceEngine {
  /** Programs are made for a power of two of images, up to this. */
  static final int LARGEST_CHUNK = 128;

  private static final Chunks CHUNKS = new Chunks(LARGEST_CHUNK);

  /** Chunks on the GPU: one computes while others are copied. */
  private static final int AT_ONCE = 4;

  /** How many idle programs are kept: about one of each size. */
  static final int IDLE_LIMIT = 8;

  private final Program program;
  private final Precision precision;

  /** On the CPU: heat maps are rare. */
  private final ActivationMaps maps;

  private final Semaphore turns = new Semaphore(AT_ONCE, true);
  private final Owned owned = new Owned();
  private final DeviceContext context;
  private final Kernels kernels;
  private final DeviceParameters parameters;
  private final Programs programs;
  private final FoldedWeights folded;

  /** Of what all programs share, and of the programs. */
  private final AtomicLong bytes = new AtomicLong();

  /** The most recently used first; guarded by itself. */
  private final Deque<InferenceProgram> idle = new ArrayDeque<>();

  /** Both guarded by {@link #idle}. */
  private int running;

  private boolean closed;

  CudaInferenceEngine(ComputationGraph graph, Tensor image, Precision precision) {
    this.precision = precision;
    this.maps = new ActivationMaps(graph, new ImageShape(image.height()));
    long before = Natives.allocatedByThisThread();
    try {
      context = owned.add(DeviceContext.open(CudaPlatform.ofThisProcess().usable()));
      kernels = owned.add(new Kernels(context.gpu(), precision));
      parameters = owned.add(DeviceParameters.forInference(graph));
      Program whole = GraphCompiler.inference(graph, image);
      programs =
          owned.add(Programs.forInference(whole, precision, parameters, kernels, context.gpu()));
      program = programs.areFused() ? whole : Folding.fold(whole);
      try (var stream = new CudaStream()) {
        programs.prepare(stream);
        folded = owned.add(new FoldedWeights(program, parameters, kernels, stream));
      }
      bytes.set(Natives.allocatedByThisThread() - before);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public float[][] activationMaps(float[] images, int[] classes) {
    return maps.of(images, classes);
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    float[][] rows = new float[count][];
    int at = 0;
    while (at < count) {
      int chunk = CHUNKS.next(count - at);
      turns.acquireUninterruptibly();
      try {
        classify(images, at, chunk, rows);
      } finally {
        turns.release();
      }
      at += chunk;
    }
    return rows;
  }

  private void classify(float[] images, int from, int count, float[][] rows) {
    start();
    InferenceProgram done = null;
    try {
      context.makeCurrent();
      InferenceProgram compiled = acquire(Chunks.programSize(count));
      try {
        compiled.classify(images, from, count, rows);
        done = compiled;
      } finally {
        if (done == null) {
          bytes.addAndGet(-compiled.bytes());
          compiled.close();
        }
      }
    } finally {
      finish(done);
    }
  }

  private void start() {
    synchronized (idle) {
      if (closed) {
        throw new IllegalStateException("this model has been unloaded");
      }
      running++;
    }
  }

  private InferenceProgram acquire(int size) {
    synchronized (idle) {
      for (InferenceProgram candidate : idle) {
        if (candidate.size() == size) {
          idle.remove(candidate);
          return candidate;
        }
      }
    }
    InferenceProgram bound = bind(size);
    bytes.addAndGet(bound.bytes());
    return bound;
  }

  private InferenceProgram bind(int size) {
    var binding =
        new Binding(program, size, precision, parameters, Objective.crossEntropy(0), null, folded);
    try {
      return new InferenceProgram(binding, programs, kernels);
    } catch (CudaException e) {
      if (!e.isOutOfMemory()) {
        throw e;
      }
      synchronized (idle) {
        closeIdle(0);
      }
      return new InferenceProgram(binding, programs, kernels);
    }
  }

  /**
   * Ends what {@link #start} began.
   *
   * @param program for further chunks; null where it failed
   */
  private void finish(@Nullable InferenceProgram program) {
    synchronized (idle) {
      running--;
      if (program != null) {
        idle.addFirst(program);
      }
      closeIdle(closed ? 0 : IDLE_LIMIT);
      closeIfUnused();
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

  private void closeIfUnused() {
    if (closed && running == 0) {
      owned.close();
    }
  }

  @Override
  public long bytes() {
    return bytes.get();
  }

  /** How many programs are kept. */
  int idlePrograms() {
    synchronized (idle) {
      return idle.size();
    }
  }

  /** Running requests finish normally; the last one frees what they share. */
  @Override
  public void close() {
    try {
      context.makeCurrent();
    } catch (CudaException e) {
      // The GPU is lost: the driver refuses, and what it had is gone.
    }
    synchronized (idle) {
      closed = true;
      closeIdle(0);
      closeIfUnused();
    }
  }
}
