package dev.resnet.oip;

import dev.resnet.memory.MemoryBudget;
import dev.resnet.pictures.ImageShape;
import dev.resnet.serving.ServingProperties;
import java.util.Arrays;

/**
 * The input of a model for one request. Checks what the request declares of its tensor and reserves
 * memory for it, both before any of the data is read.
 */
public final class ImageInput {
  /** The only input of each model. */
  public static final String NAME = "image";

  private final ImageShape shape;
  private final ServingProperties limits;
  private final MemoryBudget memory;
  private final MemoryBudget.Hold hold;

  ImageInput(
      ImageShape shape, ServingProperties limits, MemoryBudget memory, MemoryBudget.Hold hold) {
    this.shape = shape;
    this.limits = limits;
    this.memory = memory;
    this.hold = hold;
  }

  /**
   * A request has one tensor, so this is called once.
   *
   * @throws InvalidInferenceException if the model takes no such tensor
   * @throws InferenceTooLargeException if it is over a limit
   */
  public ImageTensor declared(String name, String datatype, long[] dimensions) {
    if (!name.equals(NAME)) {
      throw new InvalidInferenceException(
          "The model has no input '%s'. Its only input is '%s'."
              .formatted(Quoted.shortened(name), NAME));
    }
    Datatype type = Datatype.of(datatype);
    int count = count(dimensions);
    reserve(count, type);
    return new ImageTensor(type, shape, count);
  }

  private int count(long[] dimensions) {
    int size = shape.size();
    if (dimensions.length != 4
        || dimensions[1] != size
        || dimensions[2] != size
        || dimensions[3] != ImageShape.CHANNELS) {
      throw new InvalidInferenceException(
          ("The input '%s' has the shape %s. The model takes [images, %d, %d, %d]: rows, columns,"
                  + " then red, green and blue; one image has the shape [1, %d, %d, %d].")
              .formatted(
                  NAME,
                  Arrays.toString(dimensions),
                  size,
                  size,
                  ImageShape.CHANNELS,
                  size,
                  size,
                  ImageShape.CHANNELS));
    }
    if (dimensions[0] < 1) {
      throw new InvalidInferenceException(
          "The input '%s' has the shape %s, so no image. Send at least one."
              .formatted(NAME, Arrays.toString(dimensions)));
    }
    if (dimensions[0] > limits.maxImages()) {
      throw new InferenceTooLargeException(
          ("The input '%s' has %d images; a request may have at most %d"
                  + " (resnet.serving.max-images). Split it into several requests.")
              .formatted(NAME, dimensions[0], limits.maxImages()));
    }
    return (int) dimensions[0];
  }

  private void reserve(int count, Datatype type) {
    // What classification takes, and the floats that are received.
    long each =
        ServingProperties.pictureBytes(shape)
            + (type == Datatype.FP32 ? (long) type.bytes() * shape.values() : 0);
    long bytes = count * each;
    if (!memory.holds(bytes)) {
      throw new InferenceTooLargeException(
          "%d images take more than %s of memory, the limit set by %s. Split them into several requests."
              .formatted(count, memory.sizeText(), memory.property()));
    }
    hold.add(bytes);
  }
}
