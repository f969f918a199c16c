package dev.resnet.oip.web;

import dev.resnet.api.WholeBody;
import dev.resnet.oip.InvalidInferenceException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;

/**
 * The body of a request for an inference: JSON, then the binary data of its tensors. Its type is
 * not looked at, since the protocol's clients send none, and curl labels every body a form. So
 * nothing may ask the request for parameters before the body has been read.
 *
 * @param bytes the whole body
 * @param json how many of them are JSON
 */
record InferenceBody(byte[] bytes, int json) {
  /** The length of the JSON; without it, the whole body is JSON. */
  static final String HEADER_LENGTH = "Inference-Header-Content-Length";

  static InferenceBody read(HttpServletRequest request) throws IOException {
    List<String> lengths = Collections.list(request.getHeaders(HEADER_LENGTH));
    byte[] bytes = WholeBody.of(request);
    if (lengths.isEmpty()) {
      return new InferenceBody(bytes, bytes.length);
    }
    String length = lengths.get(0).strip();
    if (lengths.size() > 1 || !length.matches("[0-9]{1,10}")) {
      throw new InvalidInferenceException(
          "The header '%s' must be one whole number, the length of the JSON in bytes."
              .formatted(HEADER_LENGTH));
    }
    long json = Long.parseLong(length);
    if (json == 0 || json > bytes.length) {
      throw new InvalidInferenceException(
          ("The header '%s' is %d, but the body has %d bytes. It is the length of the JSON with"
                  + " which the body begins, before any compression.")
              .formatted(HEADER_LENGTH, json, bytes.length));
    }
    return new InferenceBody(bytes, (int) json);
  }

  /** The data after the JSON. */
  ByteBuffer binary() {
    return ByteBuffer.wrap(bytes, json, bytes.length - json).slice();
  }
}
