package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.program.Window;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;

/** Asks oneDNN for implementations of the operations that a program needs. */
final class Descriptions {
  private Descriptions() {}

  /**
   * What is asked of a primitive beside its arguments: scratch memory from the caller, and work
   * appended to it.
   */
  private static final class Attributes implements AutoCloseable {
    private final dnnl_primitive_attr handle = new dnnl_primitive_attr();

    Attributes() {
      OneDnn.create("attributes", () -> dnnl_primitive_attr_create(handle));
    }

    /** The attributes are the caller's, to be closed however this ends. */
    void set(@Nullable dnnl_memory_desc residual, boolean relu) {
      // Scratch memory of the caller's makes primitives safe to share between threads.
      OneDnn.check(
          dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user), "scratch");
      if (residual != null || relu) {
        append(residual, relu);
      }
    }

    private void append(@Nullable dnnl_memory_desc residual, boolean relu) {
      var operations = new dnnl_post_ops();
      OneDnn.create("appended operations", () -> dnnl_post_ops_create(operations));
      try {
        if (residual != null) {
          OneDnn.check(
              dnnl_post_ops_append_binary(operations, dnnl_binary_add, residual), "an addition");
        }
        if (relu) {
          OneDnn.check(dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0), "a ReLU");
        }
        OneDnn.check(dnnl_primitive_attr_set_post_ops(handle, operations), "appended operations");
      } finally {
        dnnl_post_ops_destroy(operations);
        Natives.closed();
      }
    }

    @Override
    public void close() {
      dnnl_primitive_attr_destroy(handle);
      Natives.closed();
    }
  }

  /** Creates a description and hands it on only where oneDNN has agreed. */
  @FunctionalInterface
  private interface Creation {
    int create(dnnl_primitive_desc description, dnnl_engine engine, dnnl_primitive_attr attributes);
  }

  private static OneDnn.Description describe(String name, Creation creation) {
    return describe(name, null, false, creation);
  }

  private static OneDnn.Description describe(
      String name, @Nullable dnnl_memory_desc residual, boolean relu, Creation creation) {
    var description = new OneDnn.Description(name);
    try (var attributes = new Attributes()) {
      attributes.set(residual, relu);
      OneDnn.create(
          name, () -> creation.create(description.handle, OneDnn.Cpu.ENGINE, attributes.handle));
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
  static OneDnn.Description convolution(
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
          residual,
          relu,
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

  static OneDnn.Description convolutionSourceGradient(
      String name,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc weights,
      dnnl_memory_desc targetGradient,
      Window window,
      OneDnn.Description forward) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " convolution data gradient",
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

  static OneDnn.Description convolutionWeightsGradient(
      String name,
      dnnl_memory_desc source,
      dnnl_memory_desc weightsGradient,
      @Nullable dnnl_memory_desc biasGradient,
      dnnl_memory_desc targetGradient,
      Window window,
      OneDnn.Description forward) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " convolution weight gradient",
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

  static OneDnn.Description normalization(
      String name, boolean training, dnnl_memory_desc tensor, double epsilon, boolean relu) {
    int statistics = training ? 0 : dnnl_use_global_stats;
    return describe(
        name + " normalisation",
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

  static OneDnn.Description normalizationGradient(
      String name,
      dnnl_memory_desc tensor,
      double epsilon,
      boolean relu,
      OneDnn.Description forward) {
    return describe(
        name + " normalisation gradient",
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

  static OneDnn.Description relu(String name, boolean training, dnnl_memory_desc tensor) {
    return describe(
        name + " ReLU",
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

  static OneDnn.Description reluGradient(
      String name, dnnl_memory_desc tensor, OneDnn.Description forward) {
    return describe(
        name + " ReLU gradient",
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

  static OneDnn.Description pooling(
      String name,
      boolean training,
      boolean maximum,
      dnnl_memory_desc source,
      dnnl_memory_desc target,
      Window window) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " pooling",
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

  static OneDnn.Description poolingGradient(
      String name,
      boolean maximum,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc targetGradient,
      Window window,
      OneDnn.Description forward) {
    try (var g = Geometry.of(window)) {
      return describe(
          name + " pooling gradient",
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

  static OneDnn.Description dense(
      String name,
      boolean training,
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      @Nullable dnnl_memory_desc bias,
      dnnl_memory_desc target) {
    return describe(
        name + " dense",
        (pd, engine, attributes) ->
            dnnl_inner_product_forward_primitive_desc_create(
                pd, engine, propagation(training), source, weights, bias, target, attributes));
  }

  static OneDnn.Description denseSourceGradient(
      String name,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc weights,
      dnnl_memory_desc targetGradient,
      OneDnn.Description forward) {
    return describe(
        name + " dense data gradient",
        (pd, engine, attributes) ->
            dnnl_inner_product_backward_data_primitive_desc_create(
                pd, engine, sourceGradient, weights, targetGradient, forward.handle, attributes));
  }

  static OneDnn.Description denseWeightsGradient(
      String name,
      dnnl_memory_desc source,
      dnnl_memory_desc weightsGradient,
      @Nullable dnnl_memory_desc biasGradient,
      dnnl_memory_desc targetGradient,
      OneDnn.Description forward) {
    return describe(
        name + " dense weight gradient",
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

  static OneDnn.Description addition(String name, dnnl_memory_desc tensor) {
    return describe(
        name + " addition",
        (pd, engine, attributes) ->
            dnnl_binary_primitive_desc_create(
                pd, engine, dnnl_binary_add, tensor, tensor, tensor, attributes));
  }

  static OneDnn.Description reorder(String name, dnnl_memory_desc from, dnnl_memory_desc to) {
    return describe(
        name + " reorder",
        (pd, engine, attributes) ->
            dnnl_reorder_primitive_desc_create(pd, from, engine, to, engine, attributes));
  }

  private static int propagation(boolean training) {
    return training ? dnnl_forward_training : dnnl_forward_inference;
  }
}
