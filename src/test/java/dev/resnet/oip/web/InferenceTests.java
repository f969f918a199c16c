package dev.resnet.oip.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.models.TrainedModels;
import dev.resnet.serving.web.ClassifyOverHttp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import tools.jackson.databind.JsonNode;

/** Inference over HTTP: every form of a request, and its outputs. */
class InferenceTests extends InferenceOverHttp {
  private static final Map<Long, float[]> EXPECTED = new ConcurrentHashMap<>();

  /** The network's own probabilities for the test image. */
  private static float[] expected(long seed) {
    return EXPECTED.computeIfAbsent(seed, InferenceTests::computed);
  }

  private static float[] computed(long seed) {
    byte[] planes = ClassifyOverHttp.planes(seed);
    float[] input = new float[3072];
    for (int i = 0; i < input.length; i++) {
      int c = i / 1024;
      input[i] = ((planes[i] & 0xff) / 255f - TrainedModels.MEAN[c]) / TrainedModels.DEVIATION[c];
    }
    return NETWORK.outputSingle(Nd4j.create(input, new long[] {1, 3, 32, 32}, 'c')).toFloatVector();
  }

  private static int best(float[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return best;
  }

  /** Both outputs in JSON. */
  private static void assertJson(Answer answer, long... seeds) {
    assertThat(answer.status())
        .as(() -> new String(answer.response().body(), UTF_8))
        .isEqualTo(200);
    assertThat(answer.type()).isEqualTo("application/json");
    JsonNode json = answer.json();
    assertThat(json.get("model_name").asString()).isEqualTo("net");
    assertThat(json.get("model_version").asString()).isEqualTo("2");
    assertThat(json.get("parameters").toString()).isEqualTo("{\"precision\":\"float32\"}");
    JsonNode probabilities = json.at("/outputs/0");
    assertThat(probabilities.get("name").asString()).isEqualTo("probabilities");
    assertThat(probabilities.get("datatype").asString()).isEqualTo("FP32");
    assertThat(probabilities.get("shape").toString()).isEqualTo("[" + seeds.length + ",10]");
    JsonNode label = json.at("/outputs/1");
    assertThat(label.get("datatype").asString()).isEqualTo("BYTES");
    assertThat(label.get("shape").toString()).isEqualTo("[" + seeds.length + "]");
    for (int i = 0; i < seeds.length; i++) {
      float[] expected = expected(seeds[i]);
      for (int c = 0; c < 10; c++) {
        assertThat((float) probabilities.get("data").get(10 * i + c).asDouble())
            .isCloseTo(expected[c], within(1e-4f));
      }
      assertThat(label.get("data").get(i).asString())
          .isEqualTo(TrainedModels.CLASSES.get(best(expected)));
    }
  }

  /** Both outputs in binary form, in this order. */
  private static void assertBinary(Answer answer, long seed) {
    assertThat(answer.status())
        .as(() -> new String(answer.response().body(), UTF_8))
        .isEqualTo(200);
    assertThat(answer.type()).isEqualTo("application/octet-stream");
    JsonNode outputs = answer.json().get("outputs");
    float[] expected = expected(seed);
    byte[] label = TrainedModels.CLASSES.get(best(expected)).getBytes(UTF_8);
    assertThat(outputs.at("/0/parameters/binary_data_size").asInt()).isEqualTo(40);
    assertThat(outputs.at("/1/parameters/binary_data_size").asInt()).isEqualTo(4 + label.length);
    assertThat(outputs.get(0).has("data")).isFalse();
    ByteBuffer binary = answer.binary();
    for (float probability : expected) {
      assertThat(binary.getFloat()).isCloseTo(probability, within(1e-4f));
    }
    assertThat(binary.getInt()).isEqualTo(label.length);
    byte[] text = new byte[label.length];
    binary.get(text);
    assertThat(text).isEqualTo(label);
    assertThat(binary.hasRemaining()).isFalse();
  }

  @Test
  void flatAndNestedJsonGiveJson() throws Exception {
    byte[] pixels = pixels(1);
    assertJson(post(INFER, "{\"inputs\": [" + jsonInput("[" + elements(pixels) + "]") + "]}"), 1);

    var nested = new StringBuilder();
    for (int i = 0; i < pixels.length; i++) {
      nested.append(i % 96 == 0 ? (i == 0 ? "[[" : "]],[[") : i % 3 == 0 ? "],[" : ",");
      nested.append(pixels[i] & 0xff);
    }
    assertJson(post(INFER, "{\"inputs\": [" + jsonInput("[[" + nested + "]]]]") + "]}"), 1);
  }

  @Test
  void aBatchOfFloatsInJsonIsAnsweredInItsOrder() throws Exception {
    String data = elements(pixels(1)).replace(",", ".0,") + ".0," + elements(pixels(2));
    String request =
        """
        {"model_name": "net", "inputs": [{"data": [%s], "parameters": {"content_type": "np"},
          "datatype": "FP32", "shape": [2, 32, 32, 3], "name": "image"}], "outputs": []}"""
            .formatted(data);
    // The data comes before the shape, so it is read a second time.
    assertJson(post("/v2/models/net/versions/2/infer", request), 1, 2);
  }

  @Test
  void tritonsClientNamesNoOutputAndGetsBinary() throws Exception {
    byte[] pixels = pixels(1);
    String head =
        "{\"id\":\"7\",\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
            .formatted(binaryInput(1, "UINT8", 3072));
    Answer answer = post(INFER, head, pixels);
    assertBinary(answer, 1);
    assertThat(answer.json().get("id").asString()).isEqualTo("7");

    byte[] floats = floats(pixels);
    assertBinary(post(INFER, head.replace("UINT8", "FP32").replace("3072", "12288"), floats), 1);
  }

  @Test
  void eachOutputHasItsOwnForm() throws Exception {
    String head =
        """
        {"inputs":[%s],"outputs":[
          {"name":"label","parameters":{"binary_data":false}},
          {"name":"probabilities"}],"parameters":{"binary_data_output":true}}"""
            .formatted(binaryInput(1, "UINT8", 3072));
    Answer answer = post(INFER, head, pixels(1));
    assertThat(answer.status()).isEqualTo(200);
    JsonNode outputs = answer.json().get("outputs");
    assertThat(outputs.at("/0/name").asString()).isEqualTo("label");
    assertThat(outputs.at("/0/data/0").asString())
        .isEqualTo(TrainedModels.CLASSES.get(best(expected(1))));
    assertThat(outputs.at("/1/parameters/binary_data_size").asInt()).isEqualTo(40);
    assertThat(answer.binary().remaining()).isEqualTo(40);
  }

  @Test
  void classificationReturnsTheMostProbableClasses() throws Exception {
    String output =
        "{\"name\":\"probabilities\",\"parameters\":{\"classification\":3,\"binary_data\":%s}}";
    String head =
        "{\"inputs\":[" + binaryInput(2, "UINT8", 6144) + "],\"outputs\":[" + output + "]}";
    Answer answer = post(INFER, head.formatted(false), pixels(1), pixels(2));
    JsonNode tensor = answer.json().at("/outputs/0");
    assertThat(tensor.get("datatype").asString()).isEqualTo("BYTES");
    assertThat(tensor.get("shape").toString()).isEqualTo("[2,3]");
    assertThat(tensor.get("data").size()).isEqualTo(6);
    int best = best(expected(2));
    assertThat(tensor.get("data").get(3).asString())
        .endsWith(":" + best + ":" + TrainedModels.CLASSES.get(best));
    float probability = Float.parseFloat(tensor.get("data").get(3).asString().split(":")[0]);
    assertThat(probability).isCloseTo(expected(2)[best], within(1e-4f));

    ByteBuffer binary = post(INFER, head.formatted(true), pixels(1), pixels(2)).binary();
    for (int i = 0; i < 6; i++) {
      byte[] text = new byte[binary.getInt()];
      binary.get(text);
      assertThat(new String(text, UTF_8).split(":")).hasSize(3);
    }
    assertThat(binary.hasRemaining()).isFalse();
  }

  @Test
  void aBodyMayBeCompressedOrCutAnywhereOrCalledAForm() throws Exception {
    String head = "{\"inputs\":[%s]}".formatted(binaryInput(1, "UINT8", 3072));
    byte[] body = bytes(head, pixels(1));
    var gzipped = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(gzipped)) {
      gzip.write(body);
    }
    var deflated = new ByteArrayOutputStream();
    try (OutputStream deflate = new DeflaterOutputStream(deflated)) {
      deflate.write(body);
    }
    var request = request(INFER).header("Inference-Header-Content-Length", "" + head.length());
    assertJson(
        send(
            request
                .copy()
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzipped.toByteArray()))),
        1);
    assertJson(
        send(
            request
                .copy()
                .header("Content-Encoding", "deflate")
                .POST(BodyPublishers.ofByteArray(deflated.toByteArray()))),
        1);
    assertJson(
        send(
            request
                .copy()
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))),
        1);
    assertJson(overSocket(head, body, 1), 1);
  }

  /** As geventhttpclient writes a request: no Content-Type, the body in several pieces. */
  private Answer overSocket(String head, byte[] body, long seed) throws Exception {
    int port = environment.getRequiredProperty("local.server.port", Integer.class);
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST "
                  + INFER
                  + " HTTP/1.1\r\nHost: localhost:"
                  + port
                  + "\r\nUser-Agent: python/gevent-http-client-2.0\r\nConnection: close"
                  + "\r\nInference-Header-Content-Length: "
                  + head.length()
                  + "\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(UTF_8));
      int[] cuts = {0, 1, head.length() - 1, head.length() + 1, body.length - 1, body.length};
      for (int i = 1; i < cuts.length; i++) {
        out.write(body, cuts[i - 1], cuts[i] - cuts[i - 1]);
        out.flush();
      }
      String text = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(text).startsWith("HTTP/1.1 200 ");
    }
    return post(INFER, head, pixels(seed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "42", "\\u0000", "ü\\n𝄞"})
  void theIdIsReturned(String id) throws Exception {
    Answer answer =
        post(
            INFER,
            "{\"id\":\"%s\",\"inputs\":[%s]}".formatted(id, binaryInput(1, "UINT8", 3072)),
            pixels(1));
    assertThat(answer.status()).isEqualTo(200);
    String expected = id.equals("\\u0000") ? "\0" : id.replace("\\n", "\n");
    assertThat(answer.json().at("/id").asString("")).isEqualTo(expected);
  }
}
