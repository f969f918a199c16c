package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.DATABASE;
import static dev.resnet.serving.web.ServingApplication.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.files.VolumeFiles;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.serving.web.ServingApplication.Client;
import dev.resnet.training.checkpoint.Promote;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Promotion, rollback, deletion and paging over HTTP. */
@SpringBootTest(
    classes = ServingApplication.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    // So long that polling has no effect: changes must take effect at once.
    properties = {DATABASE, ALONE, FLOAT32, "resnet.models.poll-interval=10m"})
class ModelChangesTests {
  @TempDir private static Path home;

  @Autowired private ModelRegistry registry;
  @Autowired private Environment environment;
  private Client client;

  /** Each test uses its own model name. */
  private String name;

  private String model;

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry properties) {
    properties.add("resnet.home", home::toString);
  }

  @BeforeEach
  void start() {
    client = Client.of(environment);
    name = "net-" + UUID.randomUUID();
    model = "/api/v1/models/" + name;
  }

  /** Registers versions, each with its own network. */
  private void register(int versions, Promote promote) throws Exception {
    for (int i = 1; i <= versions; i++) {
      registry.register(TrainedModels.trained(home, name, name + "-job-" + i, i), promote);
    }
  }

  private Answer post(String path) throws Exception {
    return client.post(path, null, new byte[0]);
  }

  private Answer classify(String path) throws Exception {
    return client.post(path, "image/png", Png.ofPlanes(new byte[3072]));
  }

  private int answering() throws Exception {
    return classify(model + "/classify").json().get("version").intValue();
  }

  @Test
  void thePromotedVersionServesTheNextRequest() throws Exception {
    register(3, Promote.ALWAYS);
    assertThat(answering()).isEqualTo(3);

    for (int version : new int[] {1, 2, 3, 1, 1}) {
      Answer promoted = post(model + "/versions/" + version + "/promote");
      assertThat(promoted.status()).as(promoted.body()).isEqualTo(200);
      assertThat(promoted.json().get("version").intValue()).isEqualTo(version);
      assertThat(promoted.json().get("promoted").booleanValue()).isTrue();
      assertThat(answering()).isEqualTo(version);
      assertThat(client.get(model).json().get("promoted_version").intValue()).isEqualTo(version);
    }
    assertThat(client.get(model + "/versions/2").json().get("promoted").booleanValue()).isFalse();
    assertThat(classify("/api/v1/classify").text("/model")).isEqualTo(name);
  }

  @Test
  void rollbacksGoBackStepByStepToTheFirstVersion() throws Exception {
    register(3, Promote.ALWAYS);

    for (int version : new int[] {2, 1}) {
      Answer rolledBack = post(model + "/rollback");
      assertThat(rolledBack.status()).as(rolledBack.body()).isEqualTo(200);
      assertThat(rolledBack.json().get("version").intValue()).isEqualTo(version);
      assertThat(answering()).isEqualTo(version);
    }
    Answer nothing = post(model + "/rollback");
    assertThat(nothing.status()).isEqualTo(409);
    assertThat(nothing.detail())
        .isEqualTo("Nothing was in production under '%s' before version 1.".formatted(name));
    assertThat(answering()).isEqualTo(1);
  }

  private Path file(int version) {
    return home.resolve("models").resolve(registry.find(name, version).orElseThrow().file());
  }

  @Test
  void aVersionIsDeletedUnlessAnAliasPointsToIt() throws Exception {
    register(2, Promote.ALWAYS);
    assertThat(classify(model + "/versions/1/classify").status()).isEqualTo(200);
    Path deleted = file(1);

    assertThat(client.delete(model + "/versions/1").status()).isEqualTo(204);

    assertThat(client.get(model + "/versions/1").status()).isEqualTo(404);
    assertThat(classify(model + "/versions/1/classify").detail())
        .contains("no version 1", "It has version 2.");
    assertThat(deleted.getParent()).doesNotExist();
    assertThat(client.delete(model + "/versions/1").status()).isEqualTo(404);
    assertThat(post(model + "/rollback").status()).as("to a deleted version").isEqualTo(409);

    Answer refused = client.delete(model + "/versions/2");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.detail())
        .contains("the alias 'production' points to it", "PUT " + model + "/aliases/production");
    assertThat(answering()).isEqualTo(2);
  }

  @Test
  void aMissingVersionIs404AndChangesNothing() throws Exception {
    register(1, Promote.ALWAYS);

    assertThat(post(model + "/versions/2/promote").detail()).contains("no version 2");
    assertThat(post("/api/v1/models/cats/versions/1/promote").status()).isEqualTo(404);
    assertThat(post("/api/v1/models/cats/rollback").detail()).contains("no model 'cats'");
    assertThat(client.delete("/api/v1/models/cats/versions/1").status()).isEqualTo(404);
    assertThat(answering()).isEqualTo(1);
  }

  @Test
  void aVersionThatCannotClassifyIsNotPromoted() throws Exception {
    register(2, Promote.NEVER);
    assertThat(post(model + "/versions/1/promote").status()).isEqualTo(200);
    Files.write(file(2), new byte[] {1, 2, 3});

    Answer answer = post(model + "/versions/2/promote");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.detail())
        .contains("damaged", "No alias has changed.")
        .doesNotContain(".zip", home.toString());
    assertThat(answering()).isEqualTo(1);
  }

  private Answer point(String alias, String body) throws Exception {
    return client.put(
        model + "/aliases/" + alias, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  private int answering(String alias) throws Exception {
    return classify(model + "/aliases/" + alias + "/classify").json().get("version").intValue();
  }

  @Test
  void anAliasServesTheNextRequestAndIsShown() throws Exception {
    register(2, Promote.ALWAYS);

    Answer made = point("canary", "{\"version\": 1}");
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    assertThat(made.json().get("aliases").toString()).isEqualTo("[\"canary\"]");
    assertThat(answering("canary")).isEqualTo(1);
    assertThat(point("canary", "{\"version\": 2}").json().get("aliases").toString())
        .isEqualTo("[\"canary\",\"production\"]");
    assertThat(answering("canary")).isEqualTo(2);
    assertThat(point("production", "{\"version\": 1}").status()).isEqualTo(200);
    assertThat(answering()).isEqualTo(1);
    assertThat(answering("production")).isEqualTo(1);
    JsonNode shown = client.get(model).json();
    assertThat(shown.get("aliases").toString()).isEqualTo("{\"canary\":2,\"production\":1}");
    assertThat(client.get(model + "/versions/2").json().get("aliases").toString())
        .isEqualTo("[\"canary\"]");
    assertThat(client.delete(model + "/versions/2").status()).isEqualTo(409);

    assertThat(client.delete(model + "/aliases/canary").status()).isEqualTo(204);
    assertThat(client.delete(model + "/aliases/canary").status()).isEqualTo(404);
    assertThat(classify(model + "/aliases/canary/classify").detail())
        .contains("no alias 'canary'", "production");
    assertThat(client.delete(model + "/versions/2").status()).isEqualTo(204);
    assertThat(client.delete(model + "/aliases/production").status()).isEqualTo(204);
    assertThat(classify(model + "/classify").status()).isEqualTo(404);
    assertThat(post(model + "/rollback").json().get("version").intValue()).isEqualTo(1);
    assertThat(answering()).isEqualTo(1);
  }

  @Test
  void aBadAliasIsRefused() throws Exception {
    register(1, Promote.ALWAYS);

    for (String alias : new String[] {"1", "Canary", "a%20b", "a".repeat(64), "-a"}) {
      Answer refused = point(alias, "{\"version\": 1}");
      assertThat(refused.status()).as(alias).isEqualTo(400);
      assertThat(refused.errors()).contains("alias: must be 1 to 63");
    }
    assertThat(point("a".repeat(63), "{\"version\": 1}").status()).isEqualTo(200);
    assertThat(point("canary", "{\"version\": 0}").errors()).contains("version: ");
    assertThat(point("canary", "{}").errors()).contains("version: ");
    assertThat(point("canary", "").status()).isEqualTo(400);
    assertThat(point("canary", "{\"version\": 2}").detail()).contains("no version 2");
    assertThat(client.get(model).json().get("aliases").has("canary")).isFalse();
  }

  private Answer upload(byte[] network, String card) throws Exception {
    var body = new Multipart().file("model", "model.zip", network);
    return upload(body.field("card", card.getBytes(StandardCharsets.UTF_8)));
  }

  private Answer upload(Multipart body) throws Exception {
    return client.put(model + "/versions", Multipart.TYPE, body.bytes());
  }

  private static byte[] network(int classes) throws Exception {
    var zip = new ByteArrayOutputStream();
    ModelSerializer.writeModel(new ResNetSpec(1, classes).initialise(1, 0.9), zip, false);
    return zip.toByteArray();
  }

  private static final String CARD =
      """
      {"classes": ["cat", "dog"], "mean": [0.5, 0.5, 0.5],
       "standard_deviation": [0.25, 0.25, 0.25], "description": "by hand"}""";

  @Test
  void anUploadedNetworkBecomesAVersionThatClassifies() throws Exception {
    Answer uploaded = upload(network(2), CARD);
    assertThat(uploaded.status()).as(uploaded.body()).isEqualTo(201);
    JsonNode version = uploaded.json();
    assertThat(version.get("version").intValue()).isEqualTo(1);
    assertThat(version.get("stack_n").intValue()).isEqualTo(1);
    assertThat(version.get("promoted").booleanValue()).isFalse();
    assertThat(version.get("metrics").isNull()).isTrue();
    assertThat(version.at("/source/job").isNull()).isTrue();
    assertThat(version.at("/source/description").asString()).isEqualTo("by hand");
    assertThat(client.get(model + "/versions/1").json()).isEqualTo(version);
    assertThat(client.get(model).json().at("/versions/0/test_accuracy").isNull()).isTrue();
    assertThat(classify(model + "/classify").status()).as("not promoted").isEqualTo(404);

    assertThat(point("production", "{\"version\": 1}").status()).isEqualTo(200);
    JsonNode answer = classify(model + "/classify").json();
    assertThat(answer.at("/predictions/0/label").asString()).isIn("cat", "dog");
    assertThat(upload(Files.readAllBytes(file(1)), CARD).status())
        .as("its own file")
        .isEqualTo(201);
  }

  @Test
  void anUploadThatIsWrongIsRefusedAndLeavesNothing() throws Exception {
    byte[] network = network(2);
    Answer bad = upload(network, "{\"classes\": [\"a\"], \"mean\": [1], \"size\": 3}");
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.errors()).contains("classes: ", "mean: ", "size: ", "standard_deviation: ");
    assertThat(upload(network, CARD.replace("\"dog\"", "\"cat\"")).errors())
        .contains("classes: must not list a class twice");
    assertThat(
            upload(network, CARD.replace("\"description\"", "\"image_size\": 33, \"description\""))
                .errors())
        .contains("image_size: ");
    Answer classes = upload(network, CARD.replace("\"dog\"", "\"dog\", \"cow\""));
    assertThat(classes.status()).isEqualTo(422);
    assertThat(classes.detail()).contains("Does the card list all classes?");
    assertThat(upload(new byte[] {1, 2}, CARD).status()).isEqualTo(422);
    assertThat(upload(new Multipart().field("card", new byte[1])).errors())
        .contains("model: is required");
    assertThat(upload(new Multipart().file("other", "o", network)).errors())
        .contains("other: is an unknown part");
    assertThat(client.put(model + "/versions", "application/zip", network).status()).isEqualTo(415);
    assertThat(client.put("/api/v1/models/-/versions", Multipart.TYPE, new byte[1]).errors())
        .contains("name: ");
    assertThat(client.get(model).status()).as("no name stays").isEqualTo(404);
    assertThat(client.get("/api/v1/models?size=100").body()).doesNotContain(name);
    assertThat(VolumeFiles.entries(home.resolve("models/.uploads"))).isEmpty();
  }

  @Test
  void noRequestFailsWhileAnAliasIsPointedAgainAndAgain() throws Exception {
    pointWhileClientsClassify(20);
  }

  @Test
  @Tag("faults")
  void noRequestFailsWhileAnAliasIsPointedAHundredTimes() throws Exception {
    pointWhileClientsClassify(100);
  }

  /** Each answer must come from one of the versions. */
  private void pointWhileClientsClassify(int changes) throws Exception {
    register(3, Promote.NEVER);
    assertThat(point("live", "{\"version\": 1}").status()).isEqualTo(200);
    var done = new AtomicBoolean();
    var answers = new AtomicInteger();
    var threads = Executors.newFixedThreadPool(3);
    List<Future<?>> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        clients.add(
            threads.submit(
                () -> {
                  while (!done.get()) {
                    assertThat(answering("live")).isBetween(1, 3);
                    answers.incrementAndGet();
                  }
                  return null;
                }));
      }
      for (int change = 1; change <= changes; change++) {
        int version = 1 + change % 3;
        Answer pointed = point("live", "{\"version\": %d}".formatted(version));
        assertThat(pointed.status()).as(pointed.body()).isEqualTo(200);
        assertThat(answering("live")).as("the next request").isEqualTo(version);
      }
    } finally {
      done.set(true);
      threads.shutdown();
    }
    for (Future<?> each : clients) {
      each.get();
    }
    assertThat(answers).hasPositiveValue();
  }

  @Test
  void aNameWithoutAVersionInProductionSaysWhatToDo() throws Exception {
    register(2, Promote.NEVER);

    Answer answer = classify(model + "/classify");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.detail())
        .contains("no version in production", "versions 2, 1", "/versions/{version}/promote");
    assertThat(post(model + "/rollback").detail()).contains("Nothing is in production");
    assertThat(classify(model + "/versions/1/classify").status()).isEqualTo(200);

    // All versions can be deleted; the numbering continues.
    client.delete(model + "/versions/1");
    client.delete(model + "/versions/2");
    assertThat(client.get(model).json().get("versions").isEmpty()).isTrue();
    assertThat(client.get("/api/v1/models?size=100").body()).doesNotContain(name);
  }

  @Test
  void modelsAndVersionsComeInPages() throws Exception {
    register(5, Promote.NEVER);

    JsonNode all = client.get(model).json();
    assertThat(all.get("versions").size()).isEqualTo(5);
    assertThat(all.at("/versions/0/version").intValue()).isEqualTo(5);
    assertThat(all.get("size").intValue()).isEqualTo(20);
    JsonNode second = client.get(model + "?page=1&size=2&sort=version,asc").json();
    assertThat(second.at("/versions/0/version").intValue()).isEqualTo(3);
    assertThat(second.at("/versions/1/version").intValue()).isEqualTo(4);
    assertThat(second.get("page").intValue()).isEqualTo(1);
    assertThat(second.get("total_items").intValue()).isEqualTo(5);
    assertThat(second.get("total_pages").intValue()).isEqualTo(3);

    JsonNode models = client.get("/api/v1/models?size=1&page=0&sort=name,desc").json();
    assertThat(models.get("items").size()).isEqualTo(1);
    assertThat(models.get("total_pages").intValue())
        .isEqualTo(models.get("total_items").intValue());
    Answer bad = client.get("/api/v1/models?size=101&page=-1&sort=stack_n");
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.errors()).contains("size: ", "page: ", "sort: ");
  }
}
