package dev.resnet.oip.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.serving.web.ClassifyOverHttp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the protocol, with the header habits of Triton's. */
public abstract class InferenceOverHttp extends ClassifyOverHttp {
  static final String INFER = "/v2/models/net/infer";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** An answer, whose body may have binary data behind its JSON. */
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    String type() {
      return response.headers().firstValue("Content-Type").orElse("");
    }

    private int jsonLength() {
      return response
          .headers()
          .firstValue("Inference-Header-Content-Length")
          .map(Integer::parseInt)
          .orElse(response.body().length);
    }

    JsonNode json() {
      return JsonMapper.shared().readTree(response.body(), 0, jsonLength());
    }

    ByteBuffer binary() {
      return ByteBuffer.wrap(
              Arrays.copyOfRange(response.body(), jsonLength(), response.body().length))
          .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The text of an error in the protocol's form. */
    String error() {
      assertThat(type()).isEqualTo("application/json");
      assertThat(json().propertyNames()).containsExactly("error");
      return json().get("error").asString();
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create(
            "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port") + path));
  }

  static Answer send(HttpRequest.Builder request) throws Exception {
    return new Answer(HTTP.send(request.build(), BodyHandlers.ofByteArray()));
  }

  Answer get(String path) throws Exception {
    return send(request(path).GET());
  }

  Answer post(String path, String json) throws Exception {
    return send(request(path).POST(BodyPublishers.ofString(json)));
  }

  /** JSON, then tensors, without a Content-Type. */
  Answer post(String path, String json, byte[]... tensors) throws Exception {
    return send(
        request(path)
            .header("Inference-Header-Content-Length", String.valueOf(json.getBytes(UTF_8).length))
            .POST(body(json, tensors)));
  }

  static BodyPublisher body(String json, byte[]... tensors) {
    return BodyPublishers.ofByteArray(bytes(json, tensors));
  }

  static byte[] bytes(String json, byte[]... tensors) {
    byte[] head = json.getBytes(UTF_8);
    var all =
        ByteBuffer.allocate(head.length + Arrays.stream(tensors).mapToInt(t -> t.length).sum());
    all.put(head);
    for (byte[] tensor : tensors) {
      all.put(tensor);
    }
    return all.array();
  }

  /** An image as this protocol has it: [32, 32, 3], where the tests' PNG is made of planes. */
  protected static byte[] pixels(long seed) {
    byte[] planes = planes(seed);
    byte[] pixels = new byte[planes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = planes[i % 3 * 1024 + i / 3];
    }
    return pixels;
  }

  /** The same as FP32, little-endian. */
  protected static byte[] floats(byte[] pixels) {
    ByteBuffer floats = ByteBuffer.allocate(4 * pixels.length).order(ByteOrder.LITTLE_ENDIAN);
    for (byte pixel : pixels) {
      floats.putFloat(pixel & 0xff);
    }
    return floats.array();
  }

  /** The elements of a JSON list, without its brackets. */
  static String elements(byte[] pixels) {
    return IntStream.range(0, pixels.length)
        .mapToObj(i -> String.valueOf(pixels[i] & 0xff))
        .collect(Collectors.joining(","));
  }

  static String binaryInput(int count, String datatype, int size) {
    return """
        {"name":"image","shape":[%d,32,32,3],"datatype":"%s","parameters":{"binary_data_size":%d}}"""
        .formatted(count, datatype, size);
  }

  static String jsonInput(String data) {
    return """
        {"name": "image", "shape": [1, 32, 32, 3], "datatype": "UINT8", "data": %s}"""
        .formatted(data);
  }
}
