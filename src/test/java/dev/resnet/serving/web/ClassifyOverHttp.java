package dev.resnet.serving.web;

import static dev.resnet.serving.web.ServingApplication.ALONE;
import static dev.resnet.serving.web.ServingApplication.DATABASE;
import static dev.resnet.serving.web.ServingApplication.FLOAT32;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.Png;
import dev.resnet.serving.web.ServingApplication.Client;
import dev.resnet.training.checkpoint.Promote;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;

/** Two models on a real port, shared by the tests of their classification. */
@SpringBootTest(
    classes = ServingApplication.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {DATABASE, ALONE, FLOAT32, "resnet.home=target/classify-over-http"})
public abstract class ClassifyOverHttp {
  static final String CLASSIFY = "/api/v1/models/net/classify";
  protected static final ComputationGraph NETWORK = TrainedModels.network(1);

  @TempDir Path folder;

  @Autowired protected ModelRegistry registry;
  @Autowired protected Environment environment;
  Client client;
  Path home;

  /** Once for all tests of the context; writing the networks takes longer than most tests. */
  @BeforeEach
  void register() throws Exception {
    if (registry.registered("job-new").isEmpty()) {
      registerAll();
    }
    client = Client.of(environment);
    home = Path.of(environment.getRequiredProperty("resnet.home"));
  }

  private void registerAll() throws Exception {
    registry.register(TrainedModels.trained(folder, "other", "job-other", 3), Promote.ALWAYS);
    registry.register(TrainedModels.trained(folder, "net", "job-old", 2), Promote.ALWAYS);
    registry.register(TrainedModels.trained(folder, "net", "job-new", NETWORK), Promote.ALWAYS);
  }

  protected static byte[] planes(long seed) {
    byte[] planes = new byte[3072];
    new Random(seed).nextBytes(planes);
    return planes;
  }

  protected static byte[] png(long seed) {
    return Png.ofPlanes(planes(seed));
  }

  static String base64(byte[] file) {
    return Base64.getEncoder().encodeToString(file);
  }
}
