package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.program.Window;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Every call into oneDNN. Each status other than success becomes an exception with the primitive's
 * name and oneDNN's word for what is wrong; each handle is owned by an {@link AutoCloseable}.
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

  /** oneDNN chooses the layout. */
  static final int ANY = dnnl_format_tag_any;

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
  private static final class Cpu {
    static final dnnl_engine ENGINE = create();

    private static dnnl_engine create() {
      var engine = new dnnl_engine();
      check(dnnl_engine_create(engine, dnnl_cpu, 0), "the CPU engine");
      return engine;
    }
  }

  /**
   * Whether this processor computes in bfloat16 without emulation: AVX-512 with the bf16
   * instructions, or AMX.
   */
  static boolean hasBfloat16() {
    int isa = dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
  }

  static String version() {
    var version = dnnl_version();
    return "%d.%d.%d".formatted(version.major(), version.minor(), version.patch());
  }

  /** A descriptor of a dense tensor. */
  static dnnl_memory_desc descriptor(int type, int layout, long... dimensions) {
    var descriptor = new dnnl_memory_desc();
    check(
        dnnl_memory_desc_create_with_tag(descriptor, dimensions.length, dimensions, type, layout),
        "a tensor of " + java.util.Arrays.toString(dimensions));
    return descriptor;
  }

  static void close(dnnl_memory_desc descriptor) {
    dnnl_memory_desc_destroy(descriptor);
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
      check(dnnl_memory_desc_clone(this.descriptor, descriptor), "a descriptor");
      check(dnnl_memory_create(handle, descriptor, Cpu.ENGINE, place), "a memory");
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
      dnnl_memory_desc_destroy(descriptor);
    }
  }

  /** A queue of work; on the CPU each call has done its work when it returns. */
  static final class Stream implements AutoCloseable {
    private final dnnl_stream handle = new dnnl_stream();

    Stream() {
      check(dnnl_stream_create(handle, Cpu.ENGINE, dnnl_stream_default_flags), "a stream");
    }

    @Override
    public void close() {
      dnnl_stream_destroy(handle);
    }
  }

  /** An operation that oneDNN has found an implementation for. */
  static final class Description implements AutoCloseable {
    private final String name;
    private final dnnl_primitive_desc handle = new dnnl_primitive_desc();

    private Description(String name) {
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

    String name() {
      return name;
    }

    @Override
    public void close() {
      dnnl_primitive_desc_destroy(handle);
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
      check(dnnl_primitive_create(handle, description.handle), name);
      this.count = arguments.size();
      this.arguments = new dnnl_exec_arg_t(count);
      int i = 0;
      for (var argument : arguments.entrySet()) {
        this.arguments.position(i++).arg(argument.getKey()).memory(argument.getValue().handle);
      }
      this.arguments.position(0);
    }

    void execute(Stream stream) {
      check(dnnl_primitive_execute(handle, stream.handle, count, arguments), name);
    }

    @Override
    public void close() {
      dnnl_primitive_destroy(handle);
      arguments.close();
    }
  }

  /**
   * What is asked of a primitive beside its arguments: scratch memory from the caller, and work
   * appended to it.
   */
  private static final class Attributes implements AutoCloseable {
    private final dnnl_primitive_attr handle = new dnnl_primitive_attr();

    Attributes() {
      check(dnnl_primitive_attr_create(handle), "attributes");
      // Scratch memory of the caller's makes primitives safe to share between threads.
      check(dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user), "scratch");
    }

    Attributes adding(@Nullable dnnl_memory_desc residual, boolean relu) {
      var operations = new dnnl_post_ops();
      check(dnnl_post_ops_create(operations), "appended operations");
      if (residual != null) {
        check(dnnl_post_ops_append_binary(operations, dnnl_binary_add, residual), "an addition");
      }
      if (relu) {
        check(dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0), "a ReLU");
      }
      check(dnnl_primitive_attr_set_post_ops(handle, operations), "appended operations");
      dnnl_post_ops_destroy(operations);
      return this;
    }

    @Override
    public void close() {
      dnnl_primitive_attr_destroy(handle);
    }
  }

  /** Creates a description and hands it on only where oneDNN has agreed. */
  @FunctionalInterface
  private interface Creation {
    int create(dnnl_primitive_desc description, dnnl_engine engine, dnnl_primitive_attr attributes);
  }

  private static Description describe(String name, Attributes attributes, Creation creation) {
    var description = new Description(name);
    try (attributes) {
      check(creation.create(description.handle, Cpu.ENGINE, attributes.handle), name);
    }
    return description;
  }

  /** A window's numbers in oneDNN's form; freed with the call they are made for. */
  private record Geometry(
      LongPointer kernel,
      LongPointer strides,
      LongPointer dilation,
      LongPointer before,
      LongPointer after)
      implements AutoCloseable {
    static Geometry of(Window w) {
      return new Geometry(
          new LongPointer(w.kernelHeight(), w.kernelWidth()),
          new LongPointer(w.strideHeight(), w.strideWidth()),
          new LongPointer(0, 0),
          new LongPointer(w.top(), w.left()),
          new LongPointer(w.bottom(), w.right()));
    }

    @Override
    public void close() {
      kernel.close();
      strides.close();
      dilation.close();
      before.close();
      after.close();
    }
  }

  /** target = convolution(source) + bias + residual, then ReLU; residual and ReLU where wanted. */
  static Description convolution(
      String name,
      boolean training,
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      @Nullable dnnl_memory_desc bias,
      dnnl_memory_desc target,
      Window window,
      @Nullable dnnl_memory_desc residual,
      boolean relu) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " convolution",
          new Attributes().adding(residual, relu),
          (pd, engine, attributes) ->
              dnnl_convolution_forward_primitive_desc_create(
                  pd,
                  engine,
                  propagation(training),
                  dnnl_convolution_direct,
                  source,
                  weights,
                  bias,
                  target,
                  g.strides,
                  g.dilation,
                  g.before,
                  g.after,
                  attributes));
    }
  }

  static Description convolutionSourceGradient(
      String name,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc weights,
      dnnl_memory_desc targetGradient,
      Window window,
      Description forward) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " convolution data gradient",
          new Attributes(),
          (pd, engine, attributes) ->
              dnnl_convolution_backward_data_primitive_desc_create(
                  pd,
                  engine,
                  dnnl_convolution_direct,
                  sourceGradient,
                  weights,
                  targetGradient,
                  g.strides,
                  g.dilation,
                  g.before,
                  g.after,
                  forward.handle,
                  attributes));
    }
  }

  static Description convolutionWeightsGradient(
      String name,
      dnnl_memory_desc source,
      dnnl_memory_desc weightsGradient,
      @Nullable dnnl_memory_desc biasGradient,
      dnnl_memory_desc targetGradient,
      Window window,
      Description forward) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " convolution weight gradient",
          new Attributes(),
          (pd, engine, attributes) ->
              dnnl_convolution_backward_weights_primitive_desc_create(
                  pd,
                  engine,
                  dnnl_convolution_direct,
                  source,
                  weightsGradient,
                  biasGradient,
                  targetGradient,
                  g.strides,
                  g.dilation,
                  g.before,
                  g.after,
                  forward.handle,
                  attributes));
    }
  }

  static Description normalization(
      String name, boolean training, dnnl_memory_desc tensor, double epsilon, boolean relu) {
    int statistics = training ? 0 : dnnl_use_global_stats;
    return describe(
        name + " normalisation",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_batch_normalization_forward_primitive_desc_create(
                pd,
                engine,
                propagation(training),
                tensor,
                tensor,
                (float) epsilon,
                normalizationFlags(relu) | statistics,
                attributes));
  }

  static Description normalizationGradient(
      String name, dnnl_memory_desc tensor, double epsilon, boolean relu, Description forward) {
    return describe(
        name + " normalisation gradient",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_batch_normalization_backward_primitive_desc_create(
                pd,
                engine,
                dnnl_backward,
                tensor,
                tensor,
                tensor,
                (float) epsilon,
                normalizationFlags(relu),
                forward.handle,
                attributes));
  }

  private static int normalizationFlags(boolean relu) {
    return dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
  }

  static Description relu(String name, boolean training, dnnl_memory_desc tensor) {
    return describe(
        name + " ReLU",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_eltwise_forward_primitive_desc_create(
                pd,
                engine,
                propagation(training),
                dnnl_eltwise_relu_use_dst_for_bwd,
                tensor,
                tensor,
                0,
                0,
                attributes));
  }

  static Description reluGradient(String name, dnnl_memory_desc tensor, Description forward) {
    return describe(
        name + " ReLU gradient",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_eltwise_backward_primitive_desc_create(
                pd,
                engine,
                dnnl_eltwise_relu_use_dst_for_bwd,
                tensor,
                tensor,
                tensor,
                0,
                0,
                forward.handle,
                attributes));
  }

  static Description pooling(
      String name,
      boolean training,
      boolean maximum,
      dnnl_memory_desc source,
      dnnl_memory_desc target,
      Window window) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " pooling",
          new Attributes(),
          (pd, engine, attributes) ->
              dnnl_pooling_forward_primitive_desc_create(
                  pd,
                  engine,
                  propagation(training),
                  poolingAlgorithm(maximum),
                  source,
                  target,
                  g.strides,
                  g.kernel,
                  g.dilation,
                  g.before,
                  g.after,
                  attributes));
    }
  }

  static Description poolingGradient(
      String name,
      boolean maximum,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc targetGradient,
      Window window,
      Description forward) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " pooling gradient",
          new Attributes(),
          (pd, engine, attributes) ->
              dnnl_pooling_backward_primitive_desc_create(
                  pd,
                  engine,
                  poolingAlgorithm(maximum),
                  sourceGradient,
                  targetGradient,
                  g.strides,
                  g.kernel,
                  g.dilation,
                  g.before,
                  g.after,
                  forward.handle,
                  attributes));
    }
  }

  private static int poolingAlgorithm(boolean maximum) {
    return maximum ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
  }

  static Description dense(
      String name,
      boolean training,
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      @Nullable dnnl_memory_desc bias,
      dnnl_memory_desc target) {
    return describe(
        name + " dense",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_inner_product_forward_primitive_desc_create(
                pd, engine, propagation(training), source, weights, bias, target, attributes));
  }

  static Description denseSourceGradient(
      String name,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc weights,
      dnnl_memory_desc targetGradient,
      Description forward) {
    return describe(
        name + " dense data gradient",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_inner_product_backward_data_primitive_desc_create(
                pd, engine, sourceGradient, weights, targetGradient, forward.handle, attributes));
  }

  static Description denseWeightsGradient(
      String name,
      dnnl_memory_desc source,
      dnnl_memory_desc weightsGradient,
      @Nullable dnnl_memory_desc biasGradient,
      dnnl_memory_desc targetGradient,
      Description forward) {
    return describe(
        name + " dense weight gradient",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_inner_product_backward_weights_primitive_desc_create(
                pd,
                engine,
                source,
                weightsGradient,
                biasGradient,
                targetGradient,
                forward.handle,
                attributes));
  }

  static Description addition(String name, dnnl_memory_desc tensor) {
    return describe(
        name + " addition",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_binary_primitive_desc_create(
                pd, engine, dnnl_binary_add, tensor, tensor, tensor, attributes));
  }

  static Description reorder(String name, dnnl_memory_desc from, dnnl_memory_desc to) {
    return describe(
        name + " reorder",
        new Attributes(),
        (pd, engine, attributes) ->
            dnnl_reorder_primitive_desc_create(pd, from, engine, to, engine, attributes));
  }

  private static int propagation(boolean training) {
    return training ? dnnl_forward_training : dnnl_forward_inference;
  }

  private static void check(int status, String what) {
    if (status != 0) {
      String word = status < STATUS.length ? STATUS[status] : "status " + status;
      throw new OneDnnException("oneDNN: " + what + ": " + word);
    }
  }
}
