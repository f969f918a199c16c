package dev.resnet.engine.onednn;

import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Program;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A compiled program for one size of batch, fed with images in NHWC. One thread at a time. */
final class InferenceProgram implements AutoCloseable {
  private final Program program;
  private final int size;
  private final CompiledProgram compiled;
  private final NativeBlock block;
  private final FloatBuffer staged;
  private final Owned owned = new Owned();

  /**
   * Compiles, for as many threads as the calling thread uses.
   *
   * @param size images that go through at once
   * @param type of activations: {@link OneDnn#FLOAT32} or {@link OneDnn#BFLOAT16}
   */
  InferenceProgram(Program program, int size, int type, ComputationGraph graph) {
    this.program = program;
    this.size = size;
    try {
      compiled = owned.add(new CompiledProgram(program, size, type, graph));
      compiled.prepareWeights();
      long count = size * program.input().elements();
      block = owned.add(new NativeBlock(count * Float.BYTES));
      staged = NativeBlock.floats(block.at(0), count);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  int size() {
    return size;
  }

  /**
   * Writes the probabilities of some images.
   *
   * @param images [any, height, width, channels], c-ordered
   * @param from the first image and row
   * @param count at most {@link #size}
   */
  void classify(float[] images, int from, int count, float[][] rows) {
    int image = Math.toIntExact(program.input().elements());
    staged.put(0, images, from * image, count * image);
    float[] values = compiled.probabilities(block.at(0));
    int classes = program.classes();
    for (int i = 0; i < count; i++) {
      rows[from + i] = Arrays.copyOfRange(values, i * classes, (i + 1) * classes);
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
