package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.Pointer;

/** Brings float32 NHWC images from wherever they lie into a program's input tensor, in its type. */
final class InputReorder implements AutoCloseable {
  private final OneDnn.Memory from;
  private final OneDnn.Primitive primitive;
  private final OneDnn.Stream stream;
  private final Owned owned = new Owned();

  InputReorder(Tensor image, int batch, CompiledProgram program) {
    OneDnn.Memory to = program.tensor(image);
    try {
      stream = owned.add(new OneDnn.Stream());
      dnnl_memory_desc descriptor =
          OneDnn.descriptor(
              OneDnn.FLOAT32, OneDnn.NHWC, batch, image.channels(), image.height(), image.width());
      OneDnn.Description description;
      try {
        from = owned.add(new OneDnn.Memory(descriptor, to.place()));
        description = owned.add(Descriptions.reorder("input", descriptor, to.descriptor()));
      } finally {
        OneDnn.close(descriptor);
      }
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
