package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.DATABASE;
import static dev.resnet.serving.web.ServingApplication.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.Png;
import dev.resnet.serving.SwitchedDatabase;
import dev.resnet.serving.web.ServingApplication.Answer;
import dev.resnet.serving.web.ServingApplication.Client;
import dev.resnet.training.checkpoint.Promote;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Classification while the database is unavailable. Requests for connections block until the test
 * makes the database available again, so any response has been computed without it.
 */
@SpringBootTest(
    classes = {ServingApplication.class, DatabaseOutageTests.Switch.class},
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      DATABASE,
      ALONE,
      FLOAT32,
      "resnet.models.poll-interval=20ms",
      "resnet.serving.default-model=net@canary",
      "resnet.models.lookup-timeout=50ms"
    })
class DatabaseOutageTests {
  private static final String MODEL = "/api/v1/models/net";

  @TempDir private static Path home;

  @Autowired private ModelRegistry registry;
  @Autowired private DataSource database;
  @Autowired private Environment environment;
  private Client client;

  @TestConfiguration(proxyBeanMethods = false)
  static class Switch {
    @Bean
    static BeanPostProcessor switched() {
      return new BeanPostProcessor() {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
          return bean instanceof DataSource pool ? new SwitchedDatabase(pool) : bean;
        }
      };
    }
  }

  @DynamicPropertySource
  static void home(DynamicPropertyRegistry properties) {
    properties.add("resnet.home", home::toString);
  }

  @BeforeEach
  void register() throws Exception {
    client = Client.of(environment);
    registry.register(TrainedModels.trained(home, "net", "job-1", 1), Promote.ALWAYS);
    registry.register(TrainedModels.trained(home, "net", "job-2", 2), Promote.ALWAYS);
    registry.aliases().point("net", "canary", 1);
    // From now on this version is cached as well; a slow look-up is repeated.
    await().until(() -> classify(MODEL + "/versions/1/classify").status() == 200);
  }

  @AfterEach
  void comeBack() {
    ((SwitchedDatabase) database).comeBack();
  }

  private Answer classify(String path) throws Exception {
    return client.post(path, "image/png", Png.ofPlanes(new byte[3072]));
  }

  @Test
  void classificationNeedsNoDatabase() throws Exception {
    ((SwitchedDatabase) database).goAway();

    assertThat(classify(MODEL + "/classify").json().get("version").intValue()).isEqualTo(2);
    assertThat(classify(MODEL + "/versions/2/classify").status()).isEqualTo(200);
    assertThat(classify(MODEL + "/versions/1/classify").json().get("version").intValue())
        .isEqualTo(1);
    assertThat(classify(MODEL + "/aliases/canary/classify").json().get("version").intValue())
        .isEqualTo(1);
    Answer answer = classify("/api/v1/classify");
    assertThat(answer.text("/model")).isEqualTo("net");
    assertThat(answer.json().get("version").intValue()).as("net@canary").isEqualTo(1);
  }

  @Test
  void anUncachedModelIs503UntilTheDatabaseIsBack() throws Exception {
    ((SwitchedDatabase) database).goAway();
    for (String path :
        new String[] {"/api/v1/models/cats/classify", MODEL + "/versions/9/classify"}) {
      Answer answer = classify(path);
      assertThat(answer.status()).as(answer.body()).isEqualTo(503);
      assertThat(answer.detail()).contains("database", "Try again");
      assertThat(answer.retryAfter()).isEqualTo("5");
    }

    ((SwitchedDatabase) database).comeBack();
    await().until(() -> classify("/api/v1/models/cats/classify").status() == 404);
  }
}
