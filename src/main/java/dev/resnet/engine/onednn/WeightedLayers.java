package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.WeightedLayer;
import dev.resnet.engine.program.Window;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.jspecify.annotations.Nullable;

/** Asks oneDNN for implementations of convolutions and dense layers (its inner product). */
final class WeightedLayers {
  /**
   * With fewer input channels, as the first layer has, oneDNN's matrix products are a third slower
   * than its direct convolution, which it offers only after them.
   */
  private static final int FEW_CHANNELS = 8;

  /** The same for a single image, by a twentieth. */
  private static final int FEW_CHANNELS_OF_ONE = 17;

  private WeightedLayers() {}

  /**
   * target = layer(source) + bias + residual, then ReLU.
   *
   * @param batch images
   * @param residual null for none
   */
  static OneDnn.Description forward(
      WeightedLayer layer,
      int batch,
      boolean training,
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      @Nullable dnnl_memory_desc bias,
      dnnl_memory_desc target,
      @Nullable dnnl_memory_desc residual,
      boolean relu) {
    int propagation = Descriptions.propagation(training);
    if (layer instanceof Convolution convolution) {
      Window window = convolution.window();
      Supplier<OneDnn.Description> description =
          () ->
              Descriptions.describe(
                  layer.name() + " convolution",
                  residual,
                  relu,
                  (handle, engine, attributes) ->
                      dnnl_convolution_forward_primitive_desc_create(
                          handle,
                          engine,
                          propagation,
                          dnnl_convolution_direct,
                          source,
                          weights,
                          bias,
                          target,
                          window.strides(),
                          Descriptions.UNDILATED,
                          window.paddingBefore(),
                          window.paddingAfter(),
                          attributes));
      int few = batch == 1 ? FEW_CHANNELS_OF_ONE : FEW_CHANNELS;
      return !training && convolution.source().channels() < few
          ? direct(description)
          : description.get();
    }
    return Descriptions.describe(
        layer.name() + " dense",
        residual,
        relu,
        (description, engine, attributes) ->
            dnnl_inner_product_forward_primitive_desc_create(
                description, engine, propagation, source, weights, bias, target, attributes));
  }

  /** The first direct implementation, if the one that oneDNN prefers is a matrix product. */
  private static OneDnn.Description direct(Supplier<OneDnn.Description> convolution) {
    OneDnn.Description description = convolution.get();
    String preferred = description.implementation();
    if (!preferred.startsWith("brg") || preferred.contains("amx")) {
      return description;
    }
    while (description.next()) {
      if (description.implementation().startsWith("jit")) {
        return description;
      }
    }
    description.close();
    return convolution.get();
  }

  /**
   * The gradient of a layer's source.
   *
   * @param forward the implementation of the forward operation, as a hint
   */
  static OneDnn.Description sourceGradient(
      WeightedLayer layer,
      dnnl_memory_desc sourceGradient,
      dnnl_memory_desc weights,
      dnnl_memory_desc targetGradient,
      OneDnn.Description forward) {
    if (layer instanceof Convolution convolution) {
      Window window = convolution.window();
      return Descriptions.describe(
          layer.name() + " convolution data gradient",
          (description, engine, attributes) ->
              dnnl_convolution_backward_data_primitive_desc_create(
                  description,
                  engine,
                  dnnl_convolution_direct,
                  sourceGradient,
                  weights,
                  targetGradient,
                  window.strides(),
                  Descriptions.UNDILATED,
                  window.paddingBefore(),
                  window.paddingAfter(),
                  forward.handle,
                  attributes));
    }
    return Descriptions.describe(
        layer.name() + " dense data gradient",
        (description, engine, attributes) ->
            dnnl_inner_product_backward_data_primitive_desc_create(
                description,
                engine,
                sourceGradient,
                weights,
                targetGradient,
                forward.handle,
                attributes));
  }

  /**
   * The gradients of a layer's weights and bias.
   *
   * @param biasGradient null where there is none
   * @param forward the implementation of the forward operation, as a hint
   */
  static OneDnn.Description weightsGradient(
      WeightedLayer layer,
      dnnl_memory_desc source,
      dnnl_memory_desc weightsGradient,
      @Nullable dnnl_memory_desc biasGradient,
      dnnl_memory_desc targetGradient,
      OneDnn.Description forward) {
    if (layer instanceof Convolution convolution) {
      Window window = convolution.window();
      return Descriptions.describe(
          layer.name() + " convolution weight gradient",
          (description, engine, attributes) ->
              dnnl_convolution_backward_weights_primitive_desc_create(
                  description,
                  engine,
                  dnnl_convolution_direct,
                  source,
                  weightsGradient,
                  biasGradient,
                  targetGradient,
                  window.strides(),
                  Descriptions.UNDILATED,
                  window.paddingBefore(),
                  window.paddingAfter(),
                  forward.handle,
                  attributes));
    }
    return Descriptions.describe(
        layer.name() + " dense weight gradient",
        (description, engine, attributes) ->
            dnnl_inner_product_backward_weights_primitive_desc_create(
                description,
                engine,
                source,
                weightsGradient,
                biasGradient,
                targetGradient,
                forward.handle,
                attributes));
  }
}
