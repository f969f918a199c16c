/**
 * Writes a compiled graph and its weights as an ONNX model. The only place that knows ONNX, whose
 * generated protobuf classes are part of nd4j-api.
 */
@NamedInterface("onnx")
@NullMarked
package dev.resnet.engine.onnx;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
