package dev.resnet.engine.onednn;

import dev.resnet.engine.Natives;
import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Bands;
import dev.resnet.engine.program.Program;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/** A compiled program for one size of batch, fed with images in NHWC. One thread at a time. */
final class InferenceProgram implements AutoCloseable {
  private final Program program;
  private final int size;
  private final CompiledProgram compiled;
  private final Pointer input;
  private final FloatBuffer staged;
  private final Owned owned = new Owned();
  private final long bytes;

  /**
   * Compiles, for as many threads as the calling thread uses.
   *
   * @param bands of the program, which two threads share, for a size of 1; null for one thread
   * @param size images that go through at once
   * @param type of activations: {@link OneDnn#FLOAT32} or {@link OneDnn#BFLOAT16}
   */
  InferenceProgram(
      Program program, @Nullable Bands bands, int size, int type, ComputationGraph graph) {
    this.program = program;
    this.size = size;
    long before = Natives.allocatedByThisThread();
    try {
      compiled = owned.add(new CompiledProgram(program, bands, size, type, graph));
      compiled.prepareWeights();
      long count = size * program.input().elements();
      Pointer own = compiled.ownInput();
      input = own != null ? own : owned.add(new NativeBlock(count * Float.BYTES)).at(0);
      staged = NativeBlock.floats(input, count);
      bytes = Natives.allocatedByThisThread() - before;
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  int size() {
    return size;
  }

  /** Of the memory that it holds. */
  long bytes() {
    return bytes;
  }

  /**
   * Writes the probabilities of some images.
   *
   * @param images [any, height, width, channels], c-ordered
   * @param from the first image and row
   * @param count at most {@link #size}
   */
  void classify(float[] images, int from, int count, float[][] rows) {
    float[] values = compiled.probabilities(stage(images, from, count));
    int classes = program.classes();
    for (int i = 0; i < count; i++) {
      rows[from + i] = Arrays.copyOfRange(values, i * classes, (i + 1) * classes);
    }
  }

  /**
   * Writes one map of each image, of a program that ends with maps.
   *
   * @param images as for {@link #classify}
   * @param classes the class of each image's map, by the number of the image
   */
  void maps(float[] images, int from, int count, int[] classes, float[][] rows) {
    float[] values = compiled.forward(stage(images, from, count));
    int all = program.classes();
    int positions = program.logits().height() * program.logits().width();
    for (int i = 0; i < count; i++) {
      float[] row = new float[positions];
      for (int p = 0; p < positions; p++) {
        row[p] = values[(i * positions + p) * all + classes[from + i]];
      }
      rows[from + i] = row;
    }
  }

  private Pointer stage(float[] images, int from, int count) {
    int image = Math.toIntExact(program.input().elements());
    staged.put(0, images, from * image, count * image);
    return input;
  }

  @Override
  public void close() {
    owned.close();
  }
}
