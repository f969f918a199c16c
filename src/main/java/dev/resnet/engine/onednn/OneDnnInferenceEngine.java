package dev.resnet.engine.onednn;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Folding;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Classifies with a compiled program per batch size. Each running request has a program of its own
 * (its activations and its copy of the weights); an idle one is reused, so requests never wait for
 * each other.
 */
final class OneDnnInferenceEngine implements InferenceEngine {
  /** Batches are padded up to a power of two up to this; larger ones are cut. */
  private static final int LARGEST_BATCH = 256;

  private final ComputationGraph graph;
  private final Program program;
  private final int type;
  private final EngineDescription description;
  private final Map<Integer, Queue<Session>> idle = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

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
    for (int from = 0; from < count; from += LARGEST_BATCH) {
      int size = Math.min(LARGEST_BATCH, count - from);
      int first = from;
      Team.of(threads(size), () -> classify(images, first, size, rows));
    }
    return rows;
  }

  private float[][] classify(float[] images, int from, int count, float[][] rows) {
    Session session = acquire(programSize(count));
    try {
      session.classify(images, from, count, rows);
    } finally {
      release(session);
    }
    return rows;
  }

  /** One image is done before a team of threads has met. */
  private static int threads(int count) {
    return count == 1 ? 1 : 0;
  }

  private static int programSize(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }

  private Session acquire(int size) {
    if (closed.get()) {
      throw new IllegalStateException("this model has been unloaded");
    }
    Session session = idle(size).poll();
    return session == null ? new Session(size) : session;
  }

  private Queue<Session> idle(int size) {
    return idle.computeIfAbsent(size, s -> new ConcurrentLinkedQueue<>());
  }

  private void release(Session session) {
    idle(session.size).add(session);
    if (closed.get()) {
      closeIdle();
    }
  }

  private void closeIdle() {
    for (Queue<Session> sessions : idle.values()) {
      for (Session session = sessions.poll(); session != null; session = sessions.poll()) {
        session.close();
      }
    }
  }

  /** Requests under way end well; each frees its own program. */
  @Override
  public void close() {
    closed.set(true);
    closeIdle();
  }

  private final class Session implements AutoCloseable {
    private final int size;
    private final CompiledProgram compiled;
    private final NativeBlock block;
    private final FloatBuffer staged;
    private final InputReorder input;
    private final SoftmaxGradient end;
    private final float[] pixels;

    Session(int size) {
      this.size = size;
      compiled =
          new CompiledProgram(
              program, size, type, OneDnnTrainingEngine.address(graph.params()), null);
      compiled.prepareWeights();
      long count = size * program.input().elements();
      block = new NativeBlock(count * Float.BYTES);
      staged = NativeBlock.floats(block.at(0), count);
      pixels = new float[Math.toIntExact(program.input().elements())];
      input = new InputReorder(program.input(), size, compiled);
      end =
          new SoftmaxGradient(
              size, program.classes(), compiled.tensor(program.logits()), null, type);
    }

    void classify(float[] images, int from, int count, float[][] rows) {
      for (int i = 0; i < count; i++) {
        stage(images, from + i, i);
      }
      input.from(block.at(0));
      compiled.forward();
      float[] values = end.logits();
      end.softmax(values);
      int classes = program.classes();
      for (int i = 0; i < count; i++) {
        rows[from + i] = java.util.Arrays.copyOfRange(values, i * classes, (i + 1) * classes);
      }
    }

    /** From planes to pixels: NCHW to NHWC. */
    private void stage(float[] images, int image, int slot) {
      int channels = program.input().channels();
      int plane = pixels.length / channels;
      for (int c = 0; c < channels; c++) {
        int at = image * pixels.length + c * plane;
        for (int i = 0; i < plane; i++) {
          pixels[i * channels + c] = images[at + i];
        }
      }
      staged.put(slot * pixels.length, pixels);
    }

    @Override
    public void close() {
      input.close();
      compiled.close();
      block.close();
    }
  }
}
