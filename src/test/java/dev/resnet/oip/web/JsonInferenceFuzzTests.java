package dev.resnet.oip.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.oip.InferenceRequest;
import dev.resnet.oip.InferenceTooLargeException;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.oip.TestInput;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged requests: each is read or refused, and never fails. {@code -Dfuzz.inputs=1000000} tries
 * more; the same number gives the same requests.
 */
class JsonInferenceFuzzTests {
  private static final int INPUTS = Integer.getInteger("fuzz.inputs", 1_000);

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\ud800",
          "\\u0000",
          "null",
          "true",
          "NaN",
          "-Infinity",
          "1e400",
          "-1",
          "256",
          "0.5",
          "99999999999",
          "99999999999999999999",
          "\"data\":",
          "\"shape\":",
          "\"datatype\":\"FP32\",",
          "\"name\":\"image\",",
          "\"parameters\":{\"binary_data_size\":3072}",
          "\"classification\":3",
          "\ufeff",
          "\u0000",
          "{\"name\":\"label\"}",
          "[[[[",
          "]]]]",
          "\"inputs\":",
          "\"outputs\":[");

  private static final List<byte[]> WHOLE =
      List.of(
          request("\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,32,32,3],\"data\":[7%s]"),
          request("\"data\":[7%s],\"name\":\"image\",\"datatype\":\"FP32\",\"shape\":[1,32,32,3]"),
          concatenated(head(), new byte[3072]));

  private static byte[] request(String input) {
    return ("{\"id\":\"1\",\"inputs\":[{%s}],\"outputs\":[{\"name\":\"label\"}]}")
        .formatted(input.formatted(",0".repeat(3071)))
        .getBytes(UTF_8);
  }

  private static byte[] head() {
    return """
        {"parameters":{"binary_data_output":true},"inputs":[{"name":"image","shape":[1,32,32,3],
         "datatype":"UINT8","parameters":{"binary_data_size":3072}}]}"""
        .getBytes(UTF_8);
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    var both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  @Test
  void damagedRequestsAreReadOrRefused() {
    int read = 0;
    for (int i = 0; i < INPUTS; i++) {
      var random = new Random(i);
      int form = random.nextInt(WHOLE.size());
      byte[] body = WHOLE.get(form);
      for (int change = random.nextInt(4); change > 0; change--) {
        body = damaged(body, random);
      }
      int json = form < 2 ? body.length : head().length + random.nextInt(3) - 1;
      json = Math.max(0, Math.min(json, body.length));
      try (var model = new TestInput()) {
        InferenceRequest request = JsonInference.read(new InferenceBody(body, json), model.input());
        assertThat(request.images().count()).isPositive();
        read++;
      } catch (InvalidInferenceException | InferenceTooLargeException e) {
        assertThat(e.getMessage()).hasSizeLessThan(500);
      } catch (RuntimeException e) {
        throw new AssertionError("request " + i, e);
      }
    }
    assertThat(read).as("some are whole").isBetween(INPUTS / 20, INPUTS);
  }

  private static byte[] damaged(byte[] body, Random random) {
    // Mostly where the structure is, not within the elements.
    int near = random.nextBoolean() ? Math.min(body.length, 120) : body.length;
    int at = near == 0 ? 0 : random.nextInt(near);
    if (random.nextInt(4) == 0) {
      at = body.length - at;
    }
    int cut = random.nextInt(3) == 0 ? random.nextInt(1 + Math.min(40, body.length - at)) : 0;
    String text = new String(body, ISO_8859_1);
    String piece =
        switch (random.nextInt(3)) {
          case 0 -> "";
          case 1 -> String.valueOf((char) random.nextInt(256));
          default ->
              new String(PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8), ISO_8859_1);
        };
    return (text.substring(0, at) + piece + text.substring(at + cut)).getBytes(ISO_8859_1);
  }
}
