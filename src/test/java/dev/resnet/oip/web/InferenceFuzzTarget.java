package dev.resnet.oip.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.resnet.fuzz.Leaks;
import dev.resnet.oip.InferenceTooLargeException;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.oip.TestInput;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * Bodies of inferences: each is read or refused. The first two bytes are the length of the JSON, or
 * a number above that of all bytes for a body without the header.
 */
public final class InferenceFuzzTarget {
  private static final int LENGTH = 2;
  private static final int WHOLE = 0xffff;

  private static final Leaks LEAKS = new Leaks(64 << 20);

  private InferenceFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < LENGTH) {
      return;
    }
    byte[] body = Arrays.copyOfRange(input, LENGTH, input.length);
    int json = Short.toUnsignedInt(ByteBuffer.wrap(input).getShort());
    LEAKS.begin();
    try (var model = new TestInput()) {
      JsonInference.read(new InferenceBody(body, Math.min(json, body.length)), model.input());
    } catch (InvalidInferenceException | InferenceTooLargeException e) {
      if (e.getMessage().length() > 500) {
        throw new AssertionError(e);
      }
    }
    LEAKS.check();
  }

  /** One request in each form. */
  public static Map<String, byte[]> seeds() {
    String tensor = "\"name\":\"image\",\"datatype\":\"%s\",\"shape\":[1,32,32,3]";
    String data = "\"data\":[7" + ",0".repeat(3071) + "]";
    String nested = "\"data\":[" + list(list(list("1", 3), 32), 32) + "]";
    String binary = ",\"parameters\":{\"binary_data_size\":%d}";
    return Map.of(
        "flat", seed(WHOLE, request(tensor.formatted("UINT8") + "," + data)),
        "floats", seed(WHOLE, request(tensor.formatted("FP32") + "," + data)),
        "nested", seed(WHOLE, request(tensor.formatted("UINT8") + "," + nested)),
        "shape last", seed(WHOLE, request(data + "," + tensor.formatted("UINT8"))),
        "binary", seed(request(tensor.formatted("UINT8") + binary.formatted(3072)), 3072),
        "binary floats", seed(request(tensor.formatted("FP32") + binary.formatted(12288)), 12288),
        "too few", seed(WHOLE, request(tensor.formatted("UINT8") + ",\"data\":[1,2.5,-1e9]")));
  }

  private static String list(String element, int count) {
    return "[" + element + ("," + element).repeat(count - 1) + "]";
  }

  private static String request(String input) {
    return """
        {"id":"1","parameters":{"binary_data_output":true,"x":[null,{"y":"\\u00e9"}]},"inputs":[{%s}],
         "outputs":[{"name":"label"},{"name":"probabilities","parameters":{"classification":3,"binary_data":false}}]}"""
        .formatted(input);
  }

  private static byte[] seed(int json, String body) {
    return seed(json, body, 0);
  }

  private static byte[] seed(String head, int binary) {
    return seed(head.length(), head, binary);
  }

  private static byte[] seed(int json, String text, int binary) {
    byte[] bytes = text.getBytes(UTF_8);
    return ByteBuffer.allocate(LENGTH + bytes.length + binary)
        .putShort((short) json)
        .put(bytes)
        .array();
  }
}
