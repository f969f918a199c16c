package dev.resnet.serving.web;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.resnet.files.Sha256;
import dev.resnet.models.TrainedModels;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.FloatBuffer;
import java.util.Map;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

/** Versions as downloads. */
class ExportTests extends ClassifyOverHttp {
  private static final String EXPORT = "/api/v1/models/net/versions/2/export?format=";

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(client.port(), path)));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @CsvSource({
    "dl4j, application/zip, net-2.zip",
    "onnx, application/octet-stream, net-2.onnx",
    "onnx&input=float32, application/octet-stream, net-2.onnx",
    "onnx&input=uint8, application/octet-stream, net-2-uint8.onnx"
  })
  void aDownloadHasItsNameSizeAndDigest(String format, String type, String name) throws Exception {
    HttpResponse<byte[]> whole = get(EXPORT + format);

    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(header(whole, "Content-Type")).isEqualTo(type);
    assertThat(header(whole, "Content-Disposition"))
        .isEqualTo("attachment; filename=\"%s\"".formatted(name));
    assertThat(header(whole, "Content-Length")).isEqualTo("" + whole.body().length);
    String tag = '"' + Sha256.of(whole.body()) + '"';
    assertThat(header(whole, "ETag")).isEqualTo(tag);

    HttpResponse<byte[]> known = get(EXPORT + format, "If-None-Match", tag);
    assertThat(known.statusCode()).isEqualTo(304);
    assertThat(known.body()).isEmpty();
    HttpResponse<byte[]> part = get(EXPORT + format, "Range", "bytes=2-4", "If-Range", tag);
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).containsExactly(whole.body()[2], whole.body()[3], whole.body()[4]);
  }

  @Test
  void bothFormatsHoldTheNetwork() throws Exception {
    float[] pixels = new float[3072];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 7 - 3;
    }
    var images = Nd4j.create(pixels, new long[] {1, 3, 32, 32}, 'c');
    float[] expected = NETWORK.outputSingle(images).toFloatVector();

    var stream = new java.io.ByteArrayInputStream(get(EXPORT + "dl4j").body());
    var restored = ModelSerializer.restoreComputationGraph(stream, false);
    assertThat(restored.outputSingle(images).toFloatVector()).isEqualTo(expected);

    var environment = OrtEnvironment.getEnvironment();
    byte[] model = get(EXPORT + "onnx").body();
    try (var session = environment.createSession(model, new OrtSession.SessionOptions());
        var input =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(pixels), new long[] {1, 3, 32, 32});
        var result = session.run(Map.of("image", input))) {
      float[][] rows = (float[][]) result.get("probabilities").orElseThrow().getValue();
      for (int c = 0; c < expected.length; c++) {
        assertThat(rows[0][c])
            .isCloseTo(expected[c], org.assertj.core.api.Assertions.within(1e-4f));
      }
      var metadata = session.getMetadata();
      assertThat(metadata.getCustomMetadata().get("labels")).contains(TrainedModels.CLASSES.get(9));
      assertThat(metadata.getCustomMetadata()).containsEntry("model", "net");
      assertThat(metadata.getVersion()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2/export | 400 | format is required",
        "2/export?format=tflite | 400 | format must be dl4j or onnx",
        "2/export?format=onnx&input=int8 | 400 | input must be float32 or uint8",
        "2/export?format=dl4j&input=uint8 | 400 | input is only for format=onnx",
        "7/export?format=onnx | 404 | Model 'net' has no version 7"
      })
  void aWrongRequestIsRefused(String path, int status, String detail) throws Exception {
    var answer = client.get("/api/v1/models/net/versions/" + path);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.detail()).contains(detail);
  }
}
