package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.training.checkpoint.Promote;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Classification of images over HTTP: every form of a request, and its predictions. */
class ClassifyTests extends ClassifyOverHttp {
  @Autowired private MeterRegistry meters;

  /** The network's own predictions for the test image. */
  private static float[] expected(long seed) {
    return expected(planes(seed));
  }

  private static float[] expected(byte[] planes) {
    return NETWORK
        .outputSingle(Nd4j.create(input(planes), new long[] {1, 3, 32, 32}, 'c'))
        .toFloatVector();
  }

  private static float[] input(byte[] planes) {
    float[] input = new float[3072];
    for (int i = 0; i < input.length; i++) {
      int c = i / 1024;
      input[i] = ((planes[i] & 0xff) / 255f - TrainedModels.MEAN[c]) / TrainedModels.DEVIATION[c];
    }
    return input;
  }

  private static void assertPrediction(JsonNode prediction, long seed) {
    float[] expected = expected(seed);
    for (JsonNode score : prediction.get("top")) {
      int index = score.get("index").asInt();
      assertThat(score.get("label").asString()).isEqualTo(TrainedModels.CLASSES.get(index));
      assertThat((float) score.get("probability").asDouble())
          .isCloseTo(expected[index], within(1e-4f));
    }
    assertThat(prediction.at("/top/0/index")).isEqualTo(prediction.get("index"));
    assertThat(prediction.at("/top/0/label")).isEqualTo(prediction.get("label"));
    assertThat(prediction.at("/top/0/probability")).isEqualTo(prediction.get("probability"));
  }

  private static void assertClassified(Answer answer, long... seeds) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.type()).isEqualTo("application/json");
    assertThat(answer.text("/model")).isEqualTo("net");
    assertThat(answer.json().at("/version").asInt()).isEqualTo(2);
    assertThat(answer.json().get("predictions").size()).isEqualTo(seeds.length);
    for (int i = 0; i < seeds.length; i++) {
      assertPrediction(answer.json().get("predictions").get(i), seeds[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image/png",
        "image/jpeg",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/json"
      })
  void aRawImageIsDetectedByItsBytesWhateverItsType(String type) throws Exception {
    assertClassified(client.post(CLASSIFY + "?top_k=3", type, png(1)), 1);
  }

  @Test
  void theAnswerAndTheVersionTellThePrecision() throws Exception {
    assertThat(client.post(CLASSIFY, "image/png", png(1)).text("/precision")).isEqualTo("float32");
    int version = registry.promoted("net").orElseThrow().version();
    assertThat(client.get("/api/v1/models/net/versions/" + version).text("/precision"))
        .isEqualTo("float32");
  }

  @Test
  void aHeatMapShowsWhereTheLabelIsSeen() throws Exception {
    JsonNode plain = prediction(png(1), "");
    JsonNode prediction = prediction(png(1), "?heatmap=true");
    JsonNode map = prediction.get("heatmap");

    assertThat(plain.has("heatmap")).isFalse();
    assertThat(prediction.get("top")).isEqualTo(plain.get("top"));
    assertThat(map.get("label")).isEqualTo(prediction.get("label"));
    assertThat(map.get("size").asInt()).isEqualTo(8);
    assertThat(map.get("pixels_per_cell").asInt()).isEqualTo(4);
    double[] values =
        StreamSupport.stream(map.get("values").spliterator(), false)
            .peek(row -> assertThat(row.size()).isEqualTo(8))
            .flatMap(row -> StreamSupport.stream(row.spliterator(), false))
            .mapToDouble(JsonNode::asDouble)
            .toArray();
    var summary = DoubleStream.of(values).summaryStatistics();
    assertThat(summary.getCount()).isEqualTo(64);
    assertThat(map.get("minimum").asDouble()).isEqualTo(summary.getMin());
    assertThat(map.get("maximum").asDouble()).isEqualTo(summary.getMax());
    int label = prediction.get("index").asInt();
    float[] probabilities = expected(1);
    double bias = NETWORK.getLayer("output").getParam("b").getDouble(label);
    assertThat(summary.getAverage() + bias).isCloseTo(logit(1, label), within(1e-4));
    assertThat(probabilities[label]).isCloseTo(maximum(probabilities), within(1e-6f));
  }

  private static double logit(long seed, int label) {
    var features =
        NETWORK.feedForward(
            Nd4j.create(input(planes(seed)), new long[] {1, 3, 32, 32}, 'c'), false);
    var weights = NETWORK.getLayer("output").getParam("W");
    var bias = NETWORK.getLayer("output").getParam("b");
    return features
        .get("pool")
        .reshape(1, weights.size(0))
        .mmul(weights)
        .add(bias)
        .getDouble(0, label);
  }

  private static float maximum(float[] values) {
    float maximum = values[0];
    for (float value : values) {
      maximum = Math.max(maximum, value);
    }
    return maximum;
  }

  @Test
  void aFlippedImageIsAveragedWithTheImageItself() throws Exception {
    byte[] mirrored = new byte[3072];
    byte[] planes = planes(1);
    for (int i = 0; i < mirrored.length; i++) {
      mirrored[i] = planes[i / 32 * 32 + 31 - i % 32];
    }
    float[] one = expected(planes);
    float[] other = expected(mirrored);
    JsonNode averaged = prediction(png(1), "?top_k=10&tta=flip&heatmap=true");
    for (JsonNode score : averaged.get("top")) {
      int index = score.get("index").asInt();
      assertThat((float) score.get("probability").asDouble())
          .isCloseTo((one[index] + other[index]) / 2, within(1e-4f));
    }
    JsonNode ofMirrored = prediction(Png.ofPlanes(mirrored), "?top_k=10&tta=flip");
    assertThat(ofMirrored.get("top")).isEqualTo(averaged.get("top"));
    JsonNode own = prediction(png(1), "?heatmap=true");
    assertThat(averaged.get("label")).isEqualTo(own.get("label"));
    assertThat(averaged.get("heatmap")).isEqualTo(own.get("heatmap"));
  }

  private JsonNode prediction(byte[] png, String query) throws Exception {
    Answer answer = client.post(CLASSIFY + query, "image/png", png);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json().at("/predictions/0");
  }

  @Test
  void aRawImageNeedsNoType() throws Exception {
    assertClassified(client.post(CLASSIFY, null, png(1)), 1);
  }

  @Test
  void aBodyInChunksIsRead() throws Exception {
    assertClassified(client.postInChunks(CLASSIFY, "image/png", png(1)), 1);
  }

  @Test
  void multipartAcceptsOneOrManyImages() throws Exception {
    byte[] one = new Multipart().file("image", "cat.png", png(1)).bytes();
    byte[] many =
        new Multipart()
            .file("image", "a.png", png(1))
            .field("image", png(2))
            .file("image", "c.png", png(3))
            .bytes();

    assertClassified(client.post(CLASSIFY, Multipart.TYPE, one), 1);
    assertClassified(client.post(CLASSIFY, Multipart.TYPE, many), 1, 2, 3);
  }

  @Test
  void multipartAcceptsAsManyImagesAsTheLimit() throws Exception {
    var body = new Multipart();
    for (int i = 0; i < 256; i++) {
      body.file("image", i + ".png", png(1));
    }
    Answer answer = client.post(CLASSIFY + "?top_k=1", Multipart.TYPE, body.bytes());
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().get("predictions").size()).isEqualTo(256);
  }

  @Test
  void jsonAcceptsBase64InAllItsVariants() throws Exception {
    String plain = base64(png(1));
    String body =
        """
        {"images": ["%s", "%s", "data:image/png;base64,%s", "%s", "%s"]}
        """
            .formatted(
                plain,
                Base64.getEncoder().withoutPadding().encodeToString(png(2)),
                base64(png(3)),
                Base64.getUrlEncoder().encodeToString(png(4)),
                Base64.getMimeEncoder().encodeToString(png(5)).replace("\r\n", "\\n"));

    assertClassified(
        client.post(CLASSIFY, "application/json", body.getBytes(UTF_8)), 1, 2, 3, 4, 5);
    assertClassified(
        client.post(CLASSIFY, "application/vnd.x+json", body.getBytes(UTF_8)), 1, 2, 3, 4, 5);
    assertClassified(client.post(CLASSIFY, null, body.getBytes(UTF_8)), 1, 2, 3, 4, 5);
  }

  @Test
  void theExampleInTheOpenApiDocumentIsClassified() throws Exception {
    Answer answer = client.post(CLASSIFY, "application/json", PicturesBody.EXAMPLE.getBytes(UTF_8));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void theResponseHasOnlyTheDocumentedFields() throws Exception {
    JsonNode answer = client.post(CLASSIFY + "?top_k=2", "image/png", png(1)).json();
    assertThat(answer.propertyNames())
        .containsExactly("model", "version", "precision", "predictions");
    JsonNode prediction = answer.at("/predictions/0");
    assertThat(prediction.propertyNames()).containsExactly("label", "index", "probability", "top");
    assertThat(prediction.at("/top/1").propertyNames())
        .containsExactly("label", "index", "probability");
  }

  @ParameterizedTest
  @CsvSource({"'', 5", "?top_k=1, 1", "?top_k=3, 3", "?top_k=10, 10"})
  void topListsTheMostProbableClassesInOrder(String query, int count) throws Exception {
    JsonNode top =
        client.post(CLASSIFY + query, "image/png", png(7)).json().at("/predictions/0/top");

    List<Double> probabilities =
        StreamSupport.stream(top.spliterator(), false)
            .map(score -> score.get("probability").asDouble())
            .toList();
    assertThat(probabilities).hasSize(count).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    if (count == 10) {
      assertThat(probabilities.stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void anotherSizeIsRefusedUnlessResizingIsAskedFor() throws Exception {
    byte[] large = Png.plain(100, 50, 10, 200, 30);

    Answer refused = client.post(CLASSIFY, "image/png", large);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.detail()).contains("100×50").contains("?resize=true");

    float[] same = new float[1];
    for (String query : List.of("?resize=true", "?resize", "?top_k=5&resize=true")) {
      Answer answer = client.post(CLASSIFY + query, "image/png", large);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      same[0] = (float) answer.json().at("/predictions/0/probability").asDouble();
    }
    Answer small = client.post(CLASSIFY, "image/png", Png.plain(32, 32, 10, 200, 30));
    assertThat((float) small.json().at("/predictions/0/probability").asDouble())
        .isCloseTo(same[0], within(1e-6f));
    assertThat(client.post(CLASSIFY + "?resize=false", "image/png", large).status()).isEqualTo(422);
  }

  @Test
  void eachVersionAndTheNewestOfAllCanClassify() throws Exception {
    Answer old = client.post("/api/v1/models/net/versions/1/classify", "image/png", png(1));
    assertThat(old.status()).isEqualTo(200);
    assertThat(old.json().at("/version").asInt()).isEqualTo(1);

    Answer newest = client.post("/api/v1/classify", "image/png", png(1));
    assertThat(newest.text("/model")).isEqualTo(registry.newestPromoted().orElseThrow().name());
    Answer other = client.post("/api/v1/models/other/classify", "image/png", png(1));
    assertThat(other.text("/model")).isEqualTo("other");
  }

  @Test
  void aDamagedModelMakesNoOtherUnavailable() throws Exception {
    registry.register(TrainedModels.trained(folder, "broken", "job-broken", 5), Promote.ALWAYS);
    int version =
        registry
            // Nothing loads it before it is asked for.
            .register(TrainedModels.trained(folder, "broken", "job-damaged", 6), Promote.NEVER)
            .version();
    Path file =
        home.resolve("models").resolve(registry.find("broken", version).orElseThrow().file());
    Files.write(file, new byte[] {1, 2, 3});
    Answer answer = client.post("/api/v1/models/broken/versions/2/classify", "image/png", png(1));

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.detail()).contains("model 'broken' version 2 is damaged");
    assertClassified(client.post(CLASSIFY, "image/png", png(1)), 1);
  }

  @Test
  void requestsAreCountedByModelAndOutcome() throws Exception {
    double before = count("net", "success");
    client.post(CLASSIFY, "image/png", png(1));
    client.post(CLASSIFY, "image/png", "GIF".getBytes(UTF_8));
    client.post("/api/v1/models/nobody-knows/classify", "image/png", png(1));

    assertThat(count("net", "success")).isEqualTo(before + 1);
    assertThat(count("net", "rejected")).isPositive();
    assertThat(count("unknown", "rejected")).isPositive();
    assertThat(meters.find("resnet.inference.requests").tag("model", "nobody-knows").counter())
        .isNull();
    assertThat(meters.get("resnet.inference").tag("model", "net").timer().count()).isPositive();
    assertThat(meters.get("resnet.inference.batch.size").tag("model", "net").summary().count())
        .isPositive();
  }

  private double count(String model, String outcome) {
    var counter =
        meters
            .find("resnet.inference.requests")
            .tag("model", model)
            .tag("outcome", outcome)
            .counter();
    return counter == null ? 0 : counter.count();
  }
}
