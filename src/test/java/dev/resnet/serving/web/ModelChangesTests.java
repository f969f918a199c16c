package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.DATABASE;
import static dev.resnet.serving.web.ServingApplication.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.serving.web.ServingApplication.Client;
import dev.resnet.training.checkpoint.Promote;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
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
  void aVersionIsDeletedUnlessItIsInProduction() throws Exception {
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
    assertThat(refused.detail()).contains("in production", "promote another version first");
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
        .contains("damaged", "The version in production stays the same.")
        .doesNotContain(".zip", home.toString());
    assertThat(answering()).isEqualTo(1);
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
