package dev.resnet.oip;

import java.util.Arrays;

/** The datatypes in which images are accepted. Both hold values from 0 to 255. */
public enum Datatype {
  UINT8(1),
  FP32(4);

  private final int bytes;

  Datatype(int bytes) {
    this.bytes = bytes;
  }

  /** The size of an element. */
  public int bytes() {
    return bytes;
  }

  /**
   * @throws InvalidInferenceException if the model takes no such tensor
   */
  static Datatype of(String name) {
    return Arrays.stream(values())
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInferenceException(
                    "The input '%s' has the datatype '%s'. Send UINT8, or FP32, with values from 0 to 255."
                        .formatted(ImageInput.NAME, Quoted.shortened(name))));
  }
}
