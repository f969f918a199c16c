package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;

/** Brings float32 NHWC images from wherever they lie into a program's input tensor, in its type. */
final class InputReorder implements AutoCloseable {
  private final OneDnn.Memory from;
  private final OneDnn.Primitive primitive;
  private final OneDnn.Stream stream;
  private final Owned owned = new Owned();

  /**
   * Binds one.
   *
   * @param to the memory of the input tensor
   */
  InputReorder(Tensor image, int batch, OneDnn.Memory to) {
    try {
      stream = owned.add(new OneDnn.Stream());
      from =
          owned.add(
              OneDnn.memory(
                  to.place(),
                  OneDnn.FLOAT32,
                  OneDnn.NHWC,
                  batch,
                  image.channels(),
                  image.height(),
                  image.width()));
      var description =
          owned.add(Descriptions.reorder("input", from.descriptor(), to.descriptor()));
      var scratch = owned.add(new NativeBlock(Math.max(1, description.scratch())));
      Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
      arguments.put(Arguments.FROM, from);
      arguments.put(Arguments.TO, to);
      arguments.put(
          Arguments.SCRATCH,
          owned.add(new OneDnn.Memory(description.argument(Arguments.SCRATCH), scratch.at(0))));
      primitive = owned.add(new OneDnn.Primitive(description, arguments));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  void from(Pointer images) {
    from.moveTo(images);
    primitive.execute(stream);
  }

  @Override
  public void close() {
    owned.close();
  }
}
