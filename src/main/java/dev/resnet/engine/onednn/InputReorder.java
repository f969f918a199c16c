package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.Pointer;

/** Brings float32 NHWC images from wherever they lie into a program's input tensor, in its type. */
final class InputReorder implements AutoCloseable {
  private final OneDnn.Memory from;
  private final OneDnn.Description description;
  private final OneDnn.Primitive primitive;
  private final NativeBlock scratch;
  private final OneDnn.Memory scratchMemory;
  private final OneDnn.Stream stream = new OneDnn.Stream();

  InputReorder(Tensor image, int batch, CompiledProgram program) {
    OneDnn.Memory to = program.tensor(image);
    dnnl_memory_desc descriptor =
        OneDnn.descriptor(
            OneDnn.FLOAT32, OneDnn.NHWC, batch, image.channels(), image.height(), image.width());
    from = new OneDnn.Memory(descriptor, to.place());
    description = Descriptions.reorder("input", descriptor, to.descriptor());
    OneDnn.close(descriptor);
    scratch = new NativeBlock(Math.max(1, description.scratch()));
    scratchMemory = new OneDnn.Memory(description.argument(Arguments.SCRATCH), scratch.at(0));
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.FROM, from);
    arguments.put(Arguments.TO, to);
    arguments.put(Arguments.SCRATCH, scratchMemory);
    primitive = new OneDnn.Primitive(description, arguments);
  }

  void from(Pointer images) {
    from.moveTo(images);
    primitive.execute(stream);
  }

  @Override
  public void close() {
    primitive.close();
    description.close();
    from.close();
    scratchMemory.close();
    scratch.close();
    stream.close();
  }
}
