package dev.resnet.oip.web;

import dev.resnet.oip.ImageInput;
import dev.resnet.oip.ImageTensor;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.serving.Images;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * The input tensor of a request. Its data goes straight into one array, whose length is known from
 * the shape. If the data comes first, the JSON is read a second time.
 */
final class JsonInput {
  /** The model takes four; more are only shown in a message. */
  private static final int MOST_DIMENSIONS = 16;

  private final ImageInput model;
  private final InferenceBody body;

  private @Nullable String name;
  private @Nullable String datatype;
  private long @Nullable [] shape;
  private @Nullable Long binarySize;

  private @Nullable ImageTensor tensor;
  private @Nullable Images images;
  private boolean postponed;

  JsonInput(ImageInput model, InferenceBody body) {
    this.model = model;
    this.body = body;
  }

  /** Whether the data was passed over, because it could not be read yet. */
  boolean isPostponed() {
    return postponed;
  }

  void read(Json in) {
    in.object("Each of the 'inputs'", field -> field(in, field));
    if (tensor == null) {
      tensor = declared();
    }
    if (images != null && binarySize != null) {
      throw new InvalidInferenceException(
          "The input '%s' has both 'data' and 'binary_data_size'; send it once."
              .formatted(ImageInput.NAME));
    }
  }

  private void field(Json in, String field) {
    switch (field) {
      case "name" -> name = in.text(field);
      case "datatype" -> datatype = in.text(field);
      case "shape" -> shape = dimensions(in);
      case "parameters" -> in.object("The field 'parameters'", key -> parameter(in, key));
      case "data" -> data(in);
      default -> in.skip();
    }
  }

  private void parameter(Json in, String key) {
    if (key.equals("binary_data_size")) {
      binarySize = in.integer(key);
    } else {
      in.passOver(key);
    }
  }

  private static long[] dimensions(Json in) {
    long[] read = new long[MOST_DIMENSIONS];
    int count = 0;
    in.startOfList("shape");
    while (in.parser().nextToken() != JsonToken.END_ARRAY) {
      if (count == MOST_DIMENSIONS) {
        throw new InvalidInferenceException(
            "The field 'shape' has more than %d dimensions.".formatted(MOST_DIMENSIONS));
      }
      read[count++] = in.integer("shape");
    }
    return Arrays.copyOf(read, count);
  }

  private void data(Json in) {
    if (in.parser().currentToken() != JsonToken.START_ARRAY) {
      throw new InvalidInferenceException(
          "The field 'data' must be a list of numbers, flat or nested as the shape.");
    }
    if (tensor == null && (name == null || datatype == null || shape == null)) {
      postponed = true;
      in.skip();
      return;
    }
    if (tensor == null) {
      tensor = declared();
    }
    images = JsonData.read(in.parser(), tensor);
    postponed = false;
  }

  private ImageTensor declared() {
    if (name == null || datatype == null || shape == null) {
      throw new InvalidInferenceException(
          "The input has no '%s'. It takes name, datatype and shape."
              .formatted(name == null ? "name" : datatype == null ? "datatype" : "shape"));
    }
    return model.declared(name, datatype, shape);
  }

  /**
   * The images, after the JSON has been read.
   *
   * @throws InvalidInferenceException if there are none, or if the binary data has another size
   */
  Images images() {
    var binary = body.binary();
    if (images != null || binarySize == null) {
      if (binary.hasRemaining()) {
        throw new InvalidInferenceException(
            "%d bytes follow the JSON, but no input has the parameter 'binary_data_size'."
                .formatted(binary.remaining()));
      }
      if (images == null) {
        throw new InvalidInferenceException(
            "The input '%s' has no 'data', and no parameter 'binary_data_size'."
                .formatted(ImageInput.NAME));
      }
      return images;
    }
    if (binarySize != binary.remaining()) {
      throw new InvalidInferenceException(
          "'binary_data_size' is %d, but %d bytes follow the JSON. The header '%s' must be the length of the JSON."
              .formatted(binarySize, binary.remaining(), InferenceBody.HEADER_LENGTH));
    }
    return tensor.images(binary);
  }
}
