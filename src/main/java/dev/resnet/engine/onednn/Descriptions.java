package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Window;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Asks oneDNN for implementations of the operations that have no weights, and of copies; {@link
 * WeightedLayers} asks for the others.
 */
final class Descriptions {
  /** oneDNN counts from zero: no gap between the pixels of a window. */
  static final long[] UNDILATED = {0, 0};

  private Descriptions() {}

  /** Creates a description and hands it on only where oneDNN has agreed. */
  @FunctionalInterface
  interface Creation {
    int create(dnnl_primitive_desc description, dnnl_engine engine, dnnl_primitive_attr attributes);
  }

  static OneDnn.Description describe(String name, Creation creation) {
    return describe(name, null, false, creation);
  }

  static OneDnn.Description describe(
      String name, @Nullable dnnl_memory_desc residual, boolean relu, Creation creation) {
    var description = new OneDnn.Description(name);
    try (var attributes = new Attributes()) {
      attributes.set(residual, relu);
      OneDnn.create(
          name, () -> creation.create(description.handle, OneDnn.Cpu.ENGINE, attributes.handle));
    }
    return description;
  }

  static OneDnn.Description normalization(
      Normalization norm, boolean training, dnnl_memory_desc tensor) {
    int statistics = training ? 0 : dnnl_use_global_stats;
    return describe(
        norm.name() + " batch normalisation",
        (description, engine, attributes) ->
            dnnl_batch_normalization_forward_primitive_desc_create(
                description,
                engine,
                propagation(training),
                tensor,
                tensor,
                (float) norm.epsilon(),
                flags(norm) | statistics,
                attributes));
  }

  static OneDnn.Description normalizationGradient(
      Normalization norm, dnnl_memory_desc tensor, OneDnn.Description forward) {
    return describe(
        norm.name() + " batch normalisation gradient",
        (description, engine, attributes) ->
            dnnl_batch_normalization_backward_primitive_desc_create(
                description,
                engine,
                dnnl_backward,
                tensor,
                tensor,
                tensor,
                (float) norm.epsilon(),
                flags(norm),
                forward.handle,
                attributes));
  }

  private static int flags(Normalization norm) {
    return dnnl_use_scale | dnnl_use_shift | (norm.relu() ? dnnl_fuse_norm_relu : 0);
  }

  static OneDnn.Description relu(String name, boolean training, dnnl_memory_desc tensor) {
    return describe(
        name + " ReLU",
        (description, engine, attributes) ->
            dnnl_eltwise_forward_primitive_desc_create(
                description,
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
        (description, engine, attributes) ->
            dnnl_eltwise_backward_primitive_desc_create(
                description,
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
      Pooling pooling, boolean training, dnnl_memory_desc source, dnnl_memory_desc target) {
    Window window = pooling.window();
    return describe(
        pooling.name() + " pooling",
        (description, engine, attributes) ->
            dnnl_pooling_forward_primitive_desc_create(
                description,
                engine,
                propagation(training),
                algorithm(pooling),
                source,
                target,
                window.strides(),
                window.kernel(),
                UNDILATED,
                window.paddingBefore(),
                window.paddingAfter(),
                attributes));
  }

  static OneDnn.Description poolingGradient(
      Pooling pooling,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc targetGradient,
      OneDnn.Description forward) {
    Window window = pooling.window();
    return describe(
        pooling.name() + " pooling gradient",
        (description, engine, attributes) ->
            dnnl_pooling_backward_primitive_desc_create(
                description,
                engine,
                algorithm(pooling),
                sourceGradient,
                targetGradient,
                window.strides(),
                window.kernel(),
                UNDILATED,
                window.paddingBefore(),
                window.paddingAfter(),
                forward.handle,
                attributes));
  }

  private static int algorithm(Pooling pooling) {
    return pooling.maximum() ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
  }

  static OneDnn.Description addition(String name, dnnl_memory_desc tensor) {
    return describe(
        name + " addition",
        (description, engine, attributes) ->
            dnnl_binary_primitive_desc_create(
                description, engine, dnnl_binary_add, tensor, tensor, tensor, attributes));
  }

  static OneDnn.Description reorder(String name, dnnl_memory_desc from, dnnl_memory_desc to) {
    return describe(
        name + " reorder",
        (description, engine, attributes) ->
            dnnl_reorder_primitive_desc_create(description, from, engine, to, engine, attributes));
  }

  static int propagation(boolean training) {
    return training ? dnnl_forward_training : dnnl_forward_inference;
  }
}
