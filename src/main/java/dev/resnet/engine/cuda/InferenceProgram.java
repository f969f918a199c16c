package dev.resnet.engine.cuda;

import dev.resnet.engine.Natives;
import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Program;
import java.nio.FloatBuffer;

/**
 * A program for one size of batch, with a stream of its own, fed with images in NHWC. One thread at
 * a time.
 */
final class InferenceProgram implements AutoCloseable {
  private final int size;
  private final int image;
  private final int classes;
  private final Owned owned = new Owned();
  private final long bytes;
  private final CudaStream stream;
  private final DeviceProgram program;
  private final Launch convert;

  /** Images, then probabilities. */
  private final PinnedMemory host;

  private final DeviceMemory staged;

  /** Binds for the current context. */
  InferenceProgram(Binding binding, Programs programs, Kernels kernels) {
    Program bound = binding.program();
    this.size = binding.batch();
    this.image = Math.toIntExact(bound.input().elements());
    this.classes = bound.classes();
    long before = Natives.allocatedByThisThread();
    try {
      stream = owned.add(new CudaStream());
      host = owned.add(new PinnedMemory((long) size * (image + classes) * Float.BYTES));
      staged = owned.add(new DeviceMemory((long) size * image * Float.BYTES));
      program = owned.add(programs.bind(binding));
      convert = BatchIntake.convert(kernels, staged.at(0), program);
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
    int bytes = count * image * Float.BYTES;
    host.buffer(0, bytes).asFloatBuffer().put(images, from * image, count * image);
    stream.upload(staged.at(0), host.at(0), bytes);
    stream.launch(convert);
    program.run(stream);
    long results = (long) size * image * Float.BYTES;
    int resultBytes = count * classes * Float.BYTES;
    stream.download(host.at(results), program.places().probabilities(), resultBytes);
    stream.synchronize();
    FloatBuffer values = host.buffer(results, resultBytes).asFloatBuffer();
    for (int i = 0; i < count; i++) {
      rows[from + i] = new float[classes];
      values.get(rows[from + i]);
    }
  }

  /** Nothing of it runs any more. */
  @Override
  public void close() {
    owned.close();
  }
}
