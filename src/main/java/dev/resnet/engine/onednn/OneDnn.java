package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.Natives;
import dev.resnet.engine.Precision;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * The handles of oneDNN and the calls on them; {@link Descriptions} and {@link WeightedLayers} ask
 * for primitives. Each status other than success becomes an exception with the primitive's name and
 * the status; each handle is owned by an {@link AutoCloseable}.
 */
final class OneDnn {
  /** The element types that this engine uses. */
  static final int FLOAT32 = dnnl_f32;

  static final int BFLOAT16 = dnnl_bf16;

  /**
   * Memory layouts by oneDNN's letters, each for logical dimensions in the order [batch, channels,
   * height, width].
   */
  static final int NHWC = dnnl_acdb;

  static final int OIHW = dnnl_abcd;
  static final int MATRIX = dnnl_ab;
  static final int VECTOR = dnnl_a;

  private static final String[] STATUS = {
    "success",
    "out of memory",
    "invalid arguments",
    "unimplemented",
    "last implementation reached",
    "runtime error",
    "not required",
    "invalid graph",
    "invalid graph operation",
    "invalid shape",
    "invalid data type"
  };

  private OneDnn() {}

  /** The one CPU engine of the process; never closed. */
  static final class Cpu {
    static final dnnl_engine ENGINE = create();

    private static dnnl_engine create() {
      var engine = new dnnl_engine();
      check(dnnl_engine_create(engine, dnnl_cpu, 0), "the CPU engine");
      return engine;
    }
  }

  /**
   * Whether this CPU computes in bfloat16 without emulation: AVX-512 with the bf16 instructions, or
   * AMX.
   */
  static boolean hasBfloat16() {
    int isa = dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
  }

  static String version() {
    var version = dnnl_version();
    return "%d.%d.%d".formatted(version.major(), version.minor(), version.patch());
  }

  /** The element type of activations in this precision. */
  static int type(Precision precision) {
    return precision == Precision.BFLOAT16 ? BFLOAT16 : FLOAT32;
  }

  /** Makes the descriptor of a dense tensor for {@code use}, and closes it afterwards. */
  static <T> T withDescriptor(
      int type, int layout, long[] dimensions, Function<dnnl_memory_desc, T> use) {
    var descriptor = new dnnl_memory_desc();
    create(
        "a tensor of " + Arrays.toString(dimensions),
        () ->
            dnnl_memory_desc_create_with_tag(
                descriptor, dimensions.length, dimensions, type, layout));
    try {
      return use.apply(descriptor);
    } finally {
      close(descriptor);
    }
  }

  /** Asks for an implementation that chooses the layout of one of its arguments itself. */
  static Description choosingLayout(
      int type, long[] dimensions, Function<dnnl_memory_desc, Description> primitive) {
    return withDescriptor(type, dnnl_format_tag_any, dimensions, primitive);
  }

  /** A dense tensor at a place. */
  static Memory memory(Pointer place, int type, int layout, long... dimensions) {
    return withDescriptor(type, layout, dimensions, descriptor -> new Memory(descriptor, place));
  }

  static @Nullable dnnl_memory_desc descriptor(@Nullable Memory memory) {
    return memory == null ? null : memory.descriptor;
  }

  private static void close(dnnl_memory_desc descriptor) {
    dnnl_memory_desc_destroy(descriptor);
    Natives.closed();
  }

  static boolean equal(dnnl_memory_desc left, dnnl_memory_desc right) {
    return dnnl_memory_desc_equal(left, right) != 0;
  }

  static long size(dnnl_memory_desc descriptor) {
    return dnnl_memory_desc_get_size(descriptor);
  }

  /** A tensor at a place; it does not own the bytes. */
  static final class Memory implements AutoCloseable {
    private final dnnl_memory handle = new dnnl_memory();
    private final dnnl_memory_desc descriptor = new dnnl_memory_desc();
    private final Pointer place;

    Memory(dnnl_memory_desc descriptor, Pointer place) {
      this.place = place;
      create("a descriptor", () -> dnnl_memory_desc_clone(this.descriptor, descriptor));
      try {
        create("a memory", () -> dnnl_memory_create(handle, descriptor, Cpu.ENGINE, place));
      } catch (RuntimeException | Error e) {
        OneDnn.close(this.descriptor);
        throw e;
      }
    }

    dnnl_memory_desc descriptor() {
      return descriptor;
    }

    Pointer place() {
      return place;
    }

    /** Looks at another place from now on. */
    void moveTo(Pointer other) {
      check(dnnl_memory_set_data_handle(handle, other), "a memory");
    }

    @Override
    public void close() {
      dnnl_memory_destroy(handle);
      Natives.closed();
      OneDnn.close(descriptor);
    }
  }

  /** A queue of work; on the CPU each call has done its work when it returns. */
  static final class Stream implements AutoCloseable {
    private final dnnl_stream handle = new dnnl_stream();

    Stream() {
      create("a stream", () -> dnnl_stream_create(handle, Cpu.ENGINE, dnnl_stream_default_flags));
    }

    @Override
    public void close() {
      dnnl_stream_destroy(handle);
      Natives.closed();
    }
  }

  /**
   * An operation that oneDNN has found an implementation for: its "primitive descriptor", which it
   * also takes as a hint for the matching backward operation.
   */
  static final class Description implements AutoCloseable {
    private final String name;
    final dnnl_primitive_desc handle = new dnnl_primitive_desc();

    Description(String name) {
      this.name = name;
    }

    /** The descriptor that oneDNN chose, or confirmed, for an argument. */
    dnnl_memory_desc argument(int argument) {
      return dnnl_primitive_desc_query_md(handle, dnnl_query_exec_arg_md, argument);
    }

    /** The scratch memory in bytes that running it takes. */
    long scratch() {
      return size(argument(DNNL_ARG_SCRATCHPAD));
    }

    /** The name that oneDNN gives to the implementation. */
    String implementation() {
      try (var text = new PointerPointer<BytePointer>(1)) {
        check(dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, text), name);
        return text.get(BytePointer.class, 0).getString();
      }
    }

    /** Goes on to the next implementation; false, with nothing changed, if there is none. */
    boolean next() {
      int status = dnnl_primitive_desc_next_impl(handle);
      if (status == dnnl_last_impl_reached) {
        return false;
      }
      check(status, name);
      return true;
    }

    String name() {
      return name;
    }

    @Override
    public void close() {
      dnnl_primitive_desc_destroy(handle);
      Natives.closed();
    }
  }

  /** An operation bound to its arguments. */
  static final class Primitive implements AutoCloseable {
    private final String name;
    private final dnnl_primitive handle = new dnnl_primitive();
    private final dnnl_exec_arg_t arguments;
    private final int count;

    Primitive(Description description, Map<Integer, Memory> arguments) {
      this.name = description.name;
      this.count = arguments.size();
      this.arguments = new dnnl_exec_arg_t(count);
      int i = 0;
      for (var argument : arguments.entrySet()) {
        this.arguments.position(i++).arg(argument.getKey()).memory(argument.getValue().handle);
      }
      this.arguments.position(0);
      try {
        create(name, () -> dnnl_primitive_create(handle, description.handle));
      } catch (RuntimeException | Error e) {
        this.arguments.close();
        throw e;
      }
    }

    void execute(Stream stream) {
      check(dnnl_primitive_execute(handle, stream.handle, count, arguments), name);
    }

    @Override
    public void close() {
      dnnl_primitive_destroy(handle);
      Natives.closed();
      arguments.close();
    }
  }

  /** A call that creates a handle, which counts as open from then on. */
  static void create(String what, IntSupplier call) {
    Natives.opening();
    check(call.getAsInt(), what);
    Natives.opened();
  }

  /** Every status but success becomes an exception. */
  static void check(int status, String what) {
    if (status != 0) {
      String name = status < STATUS.length ? STATUS[status] : "status " + status;
      throw new OneDnnException("oneDNN: " + what + ": " + name);
    }
  }
}
