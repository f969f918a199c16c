package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

/** oneDNN's names for the arguments of its primitives. */
final class Arguments {
  static final int SOURCE = DNNL_ARG_SRC;
  static final int SOURCE_1 = DNNL_ARG_SRC_1;
  static final int TARGET = DNNL_ARG_DST;
  static final int FROM = DNNL_ARG_FROM;
  static final int TO = DNNL_ARG_TO;
  static final int WEIGHTS = DNNL_ARG_WEIGHTS;
  static final int BIAS = DNNL_ARG_BIAS;
  static final int MEAN = DNNL_ARG_MEAN;
  static final int VARIANCE = DNNL_ARG_VARIANCE;
  static final int SCALE = DNNL_ARG_SCALE;
  static final int SHIFT = DNNL_ARG_SHIFT;
  static final int WORKSPACE = DNNL_ARG_WORKSPACE;
  static final int SCRATCH = DNNL_ARG_SCRATCHPAD;
  static final int SOURCE_GRADIENT = DNNL_ARG_DIFF_SRC;
  static final int TARGET_GRADIENT = DNNL_ARG_DIFF_DST;
  static final int WEIGHTS_GRADIENT = DNNL_ARG_DIFF_WEIGHTS;
  static final int BIAS_GRADIENT = DNNL_ARG_DIFF_BIAS;
  static final int SCALE_GRADIENT = DNNL_ARG_DIFF_SCALE;
  static final int SHIFT_GRADIENT = DNNL_ARG_DIFF_SHIFT;

  /** The second operand of the addition appended to a convolution. */
  static final int RESIDUAL = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1;

  private Arguments() {}
}
