package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.DATABASE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelsChanged;
import dev.resnet.models.TrainedModels;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.serving.web.ServingApplication.Client;
import dev.resnet.training.checkpoint.Promote;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Responses about models, and the OpenAPI document of serving. */
@SpringBootTest(
    classes = ServingApplication.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {DATABASE, ALONE})
class ModelsTests {
  private static final String MODELS = "/api/v1/models";

  @TempDir private static Path home;

  @Autowired private ModelRegistry registry;
  @Autowired private JdbcClient jdbc;
  @Autowired private ApplicationEventPublisher events;
  @Autowired private Environment environment;
  private Client client;

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry properties) {
    properties.add("resnet.home", home::toString);
  }

  @BeforeEach
  void clear() {
    forget();
    jdbc.sql("delete from model").update();
    client = Client.of(environment);
  }

  /** Deletes all versions, bypassing the registry. */
  private void forget() {
    jdbc.sql("delete from model_alias").update();
    jdbc.sql("delete from model_version").update();
    events.publishEvent(new ModelsChanged("every name"));
  }

  private void register(String name, String job) throws Exception {
    registry.register(TrainedModels.trained(home, name, job, 1), Promote.ALWAYS);
  }

  @Test
  void withoutModelsTheMessageSaysHowToGetOne() throws Exception {
    assertThat(client.get(MODELS).body())
        .isEqualTo("{\"items\":[],\"page\":0,\"size\":20,\"total_items\":0,\"total_pages\":0}");
    for (Answer answer :
        new Answer[] {
          client.get(MODELS + "/net"), client.post("/api/v1/classify", null, new byte[] {1})
        }) {
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.detail()).contains("POST /api/v1/training-jobs");
    }
  }

  @Test
  void modelsAreListedWithTheirVersions() throws Exception {
    register("b", "job-1");
    register("a", "job-2");
    register("b", "job-3");
    JsonNode items = client.get(MODELS).json().get("items");

    assertThat(items.size()).isEqualTo(2);
    assertThat(items.at("/0/name").asString()).isEqualTo("a");
    JsonNode b = items.get(1);
    assertThat(b.at("/promoted_version").asInt()).isEqualTo(2);
    assertThat(b.at("/versions/0/version").asInt()).isEqualTo(2);
    assertThat(b.at("/versions/0/promoted").asBoolean()).isTrue();
    assertThat(b.at("/versions/1/promoted").asBoolean()).isFalse();
    assertThat(b.at("/versions/1/job").asString()).isEqualTo("job-1");
    assertThat(b.at("/versions/1/test_accuracy").asDouble()).isEqualTo(0.875);
    assertThat(client.get(MODELS + "/b").json()).isEqualTo(b);
  }

  @Test
  void aVersionHasItsMetricsAndItsOrigin() throws Exception {
    register("net", "job-1");
    JsonNode version = client.get(MODELS + "/net/versions/1").json();

    assertThat(version.at("/model").asString()).isEqualTo("net");
    assertThat(version.at("/version").asInt()).isEqualTo(1);
    assertThat(version.at("/promoted").asBoolean()).isTrue();
    assertThat(version.at("/promoted_at").asString()).matches("\\d{4}-.*Z");
    assertThat(version.at("/stack_n").asInt()).isEqualTo(3);
    assertThat(version.at("/depth").asInt()).isEqualTo(20);
    assertThat(version.at("/parameters").asInt()).isEqualTo(274_442);
    assertThat(version.at("/classes/3").asString()).isEqualTo("cat");
    assertThat(version.at("/input/mean/0").asDouble()).isEqualTo(0.49);
    assertThat(version.at("/input/standard_deviation/2").asDouble()).isEqualTo(0.26);
    assertThat(version.at("/metrics/epoch").asInt()).isEqualTo(20);
    assertThat(version.at("/metrics/test_loss").asDouble()).isEqualTo(0.375);
    assertThat(version.at("/metrics/test_accuracy").asDouble()).isEqualTo(0.875);
    assertThat(version.at("/source/job").asString()).isEqualTo("job-1");
    assertThat(version.at("/source/dataset").asString()).isEqualTo("synthetic");
    assertThat(version.at("/source/data_sha256").asString()).hasSize(64);
    assertThat(version.at("/source/engine").asString()).isEqualTo("dl4j");
    assertThat(version.at("/source/precision").asString()).isEqualTo("float32");
    assertThat(version.at("/source/hyperparameters/seed").asInt()).isEqualTo(7);
    assertThat(version.at("/file/sha256").asString()).hasSize(64);
    assertThat(version.at("/file/size").asInt()).isPositive();
  }

  @Test
  void aNameWithoutVersionsIsReportedDifferentlyFromAnUnknownOne() throws Exception {
    register("net", "job-1");
    forget();

    Answer classified = client.post(MODELS + "/net/classify", null, new byte[] {1});
    assertThat(classified.status()).isEqualTo(404);
    assertThat(classified.detail()).contains("'net' has no version");
    assertThat(client.get(MODELS + "/net").body())
        .isEqualTo(
            "{\"name\":\"net\",\"promoted_version\":null,\"aliases\":{},\"versions\":[],\"page\":0,"
                + "\"size\":20,\"total_items\":0,\"total_pages\":0}");
    assertThat(client.get(MODELS + "/cats").detail()).contains("'cats'").contains("net");
    assertThat(client.get(MODELS + "/net/versions/1").status()).isEqualTo(404);
    assertThat(client.get(MODELS + "/net/versions/one").status()).isEqualTo(400);
  }

  @Test
  void manyNamesAreNotAllListedInAMessage() throws Exception {
    for (int i = 10; i < 25; i++) {
      jdbc.sql("insert into model (name, last_version) values (?, 0)").param("net-" + i).update();
    }
    assertThat(client.get(MODELS + "/cats").detail()).contains("net-19 and 5 more");
  }

  @Test
  void theOpenApiDocumentListsEveryKindOfBody() throws Exception {
    JsonNode document = client.get("/v3/api-docs").json();
    for (String path :
        new String[] {
          "/api/v1/classify",
          "/api/v1/models/{name}/classify",
          "/api/v1/models/{name}/versions/{version}/classify",
          "/api/v1/models/{name}/aliases/{alias}/classify"
        }) {
      JsonNode operation = document.get("paths").get(path).get("post");
      JsonNode content = operation.at("/requestBody/content");
      assertThat(content.propertyNames())
          .containsExactly(
              "application/json",
              "multipart/form-data",
              "image/png",
              "image/jpeg",
              "image/gif",
              "image/bmp",
              "image/webp",
              "image/tiff");
      assertThat(content.get("application/json").toString()).contains("iVBORw0KGgo");
      JsonNode part = content.get("multipart/form-data").at("/schema/properties/image");
      assertThat(part.at("/type").asString()).isEqualTo("array");
      assertThat(part.at("/items/format").asString()).isEqualTo("binary");
      assertThat(content.get("image/png").at("/schema/format").asString()).isEqualTo("binary");
      assertThat(operation.get("parameters").toString())
          .contains("\"top_k\"", "\"resize\"", "\"heatmap\"", "\"tta\"");
    }
    assertThat(document.at("/components/schemas/ModelVersion/properties").propertyNames())
        .contains("stack_n", "metrics", "source");
    assertThat(
            document.at("/components/schemas/ModelVersion/properties/promoted_at/type").toString())
        .isEqualTo("[\"string\",\"null\"]");
    assertThat(document.at("/components/schemas/Model/properties/promoted_version/type").toString())
        .isEqualTo("[\"integer\",\"null\"]");
    assertThat(document.at("/components/schemas").propertyNames()).doesNotContain("JsonNode");
  }
}
