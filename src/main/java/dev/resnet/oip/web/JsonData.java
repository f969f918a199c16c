package dev.resnet.oip.web;

import dev.resnet.oip.Datatype;
import dev.resnet.oip.ImageTensor;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.serving.Images;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the elements of a tensor from a JSON array, which is flat or nested as its shape. */
final class JsonData {
  private final ImageTensor tensor;
  private final byte[] bytes;
  private final float[] floats;
  private int read;

  private JsonData(ImageTensor tensor) {
    this.tensor = tensor;
    boolean whole = tensor.datatype() == Datatype.UINT8;
    bytes = new byte[whole ? tensor.elements() : 0];
    floats = new float[whole ? 0 : tensor.elements()];
  }

  /**
   * @param in at the start of the array
   */
  static Images read(JsonParser in, ImageTensor tensor) {
    var data = new JsonData(tensor);
    data.array(in);
    if (data.read < tensor.elements()) {
      throw tensor.wrongNumber(String.valueOf(data.read));
    }
    return tensor.datatype() == Datatype.UINT8
        ? tensor.images(data.bytes)
        : tensor.images(data.floats);
  }

  private void array(JsonParser in) {
    int[] dimensions = tensor.dimensions();
    int deepest = dimensions.length;
    // How many entries each open array has so far, by depth.
    int[] entries = new int[deepest + 1];
    int depth = 1;
    boolean flat = false;
    while (depth > 0) {
      JsonToken token = in.nextToken();
      if (token == JsonToken.START_ARRAY && depth < deepest && !flat) {
        entries[depth]++;
        entries[++depth] = 0;
      } else if (token == JsonToken.END_ARRAY) {
        if (!flat && read > 0 && entries[depth] != dimensions[depth - 1]) {
          throw shape();
        }
        depth--;
      } else if (token != null && token.isNumeric()) {
        if (depth == 1 && entries[1] == 0) {
          flat = true;
        } else if (!flat && depth < deepest) {
          throw shape();
        }
        entries[depth]++;
        element(in, token);
      } else if (token == JsonToken.START_ARRAY) {
        throw shape();
      } else {
        throw new InvalidInferenceException(
            "Element %d of 'data' is not a number: %s.".formatted(read, Json.kind(token)));
      }
    }
  }

  private void element(JsonParser in, JsonToken token) {
    if (read == tensor.elements()) {
      throw tensor.wrongNumber("more than " + read);
    }
    if (tensor.datatype() == Datatype.FP32) {
      floats[read] = in.getFloatValue();
    } else {
      if (token != JsonToken.VALUE_NUMBER_INT
          || in.getNumberType() != JsonParser.NumberType.INT
          || in.getIntValue() < 0
          || in.getIntValue() > 255) {
        throw tensor.outOfRange(read, Json.shortened(in.getString()));
      }
      bytes[read] = (byte) in.getIntValue();
    }
    read++;
  }

  private InvalidInferenceException shape() {
    return new InvalidInferenceException(
        "'data' is nested in another way than the shape says. Nest it as the shape, or send one flat list in row-major order.");
  }
}
