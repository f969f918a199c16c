package dev.resnet.engine.onnx;

/** How an exported model takes its images; N is free. */
public enum OnnxInput {
  /** Normalised by the caller: float32 [N, 3, size, size]. */
  FLOAT32("float32 [N, 3, %1$d, %1$d], RGB, (pixel / 255 - mean) / standard_deviation"),
  /** As decoders give them; the model normalises: uint8 [N, size, size, 3]. */
  UINT8("uint8 [N, %1$d, %1$d, 3], RGB, pixels from 0 to 255");

  private final String description;

  OnnxInput(String description) {
    this.description = description;
  }

  /** For the metadata of a model with images of this size. */
  String description(int size) {
    return description.formatted(size);
  }
}
