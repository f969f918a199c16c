package dev.resnet.serving.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.api.Tagged;
import dev.resnet.models.TrainedModels;
import dev.resnet.training.checkpoint.Promote;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** ETags of models and their versions. */
class ModelETagTests extends ClassifyOverHttp {

  @Test
  void anETagChangesExactlyWhenItsAnswerChanges() throws Exception {
    String name = "tagged-" + UUID.randomUUID();
    String model = "/api/v1/models/" + name;
    for (int seed = 1; seed <= 2; seed++) {
      registry.register(
          TrainedModels.trained(folder, name, name + "-job-" + seed, seed), Promote.NEVER);
    }
    for (int version : new int[] {1, 2}) { // whether a version is in memory is in its answer
      assertThat(
              client
                  .post(model + "/versions/" + version + "/classify", "image/png", png(1))
                  .status())
          .isEqualTo(200);
    }
    var list = new Tagged(client.port(), "/api/v1/models?size=100");
    var whole = new Tagged(client.port(), model);
    var first = new Tagged(client.port(), model + "/versions/1");
    var second = new Tagged(client.port(), model + "/versions/2");
    String canary = model + "/aliases/canary";

    assertThat(client.put(canary, "application/json", "{\"version\": 1}".getBytes()).status())
        .isEqualTo(200);
    whole.assertChanged();
    first.assertChanged();
    second.assertUnchanged();

    for (int i = 0; i < 2; i++) {
      client.put(canary, "application/json", "{\"version\": 2}".getBytes());
      if (i == 0) {
        whole.assertChanged();
        first.assertChanged();
        second.assertChanged();
      }
    }
    whole.assertUnchanged(); // the second time it was there already
    second.assertUnchanged();

    assertThat(client.delete(canary).status()).isEqualTo(204);
    whole.assertChanged();
    second.assertChanged();
    assertThat(client.delete(model + "/versions/1").status()).isEqualTo(204);
    whole.assertChanged();
    list.assertChanged();
    second.assertUnchanged();
    assertThat(client.get(model + "/versions/1").status()).isEqualTo(404);
    // The other tests of this context count the models.
    assertThat(client.delete(model + "/versions/2").status()).isEqualTo(204);
    list.assertChanged();
  }
}
