package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.Natives;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.jspecify.annotations.Nullable;

/**
 * What a primitive is asked for besides its arguments: scratch memory from the caller, and post-ops
 * (work appended to it).
 */
final class Attributes implements AutoCloseable {
  /** The argument for the residual: the second operand of the first post-op. */
  static final int RESIDUAL = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1;

  final dnnl_primitive_attr handle = new dnnl_primitive_attr();

  Attributes() {
    OneDnn.create("attributes", () -> dnnl_primitive_attr_create(handle));
  }

  /**
   * Sets them. The caller closes the attributes even where this fails.
   *
   * @param residual added to the result; null for none
   * @param relu applied last
   */
  void set(@Nullable dnnl_memory_desc residual, boolean relu) {
    // With scratch memory from the caller, threads can share a primitive.
    OneDnn.check(
        dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user), "scratch");
    if (residual != null || relu) {
      append(residual, relu);
    }
  }

  private void append(@Nullable dnnl_memory_desc residual, boolean relu) {
    var operations = new dnnl_post_ops();
    OneDnn.create("post-ops", () -> dnnl_post_ops_create(operations));
    try {
      if (residual != null) {
        OneDnn.check(
            dnnl_post_ops_append_binary(operations, dnnl_binary_add, residual), "an addition");
      }
      if (relu) {
        OneDnn.check(dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0), "a ReLU");
      }
      OneDnn.check(dnnl_primitive_attr_set_post_ops(handle, operations), "post-ops");
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
