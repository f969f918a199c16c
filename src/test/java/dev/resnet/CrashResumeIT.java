package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Real processes: one is killed in the middle of an epoch and the next one continues. The weights
 * equal those of an uninterrupted run.
 */
class CrashResumeIT {
  private static final int EPOCHS = 3;

  @TempDir private Path undisturbedHome;
  @TempDir private Path killedHome;

  @Test
  void aKilledJobEndsBitIdenticalToAnUninterruptedOne() throws Exception {
    Map<String, Integer> undisturbed;
    try (var service = ServiceProcess.start(undisturbedHome)) {
      String job = submit(service);
      awaitSuccess(service, job);
      undisturbed = weights(service, job);
    }

    String job;
    try (var service = ServiceProcess.start(killedHome)) {
      job = submit(service);
      awaitMiddleOfSecondEpoch(service, job);
      service.kill();
    }
    try (var service = ServiceProcess.start(killedHome)) {
      JsonNode ended = awaitSuccess(service, job);

      assertThat(ended.at("/attempt").asInt()).isEqualTo(2);
      assertThat(ended.at("/model_version").asInt()).isEqualTo(1);
      assertThat(service.get("/api/v1/training-jobs/" + job + "/epochs").at("/items").size())
          .isEqualTo(EPOCHS);
      assertThat(weights(service, job)).isEqualTo(undisturbed);
    }
  }

  private static String submit(ServiceProcess service) throws Exception {
    return service
        .post(
            "/api/v1/training-jobs",
            Map.of(
                "stack_n",
                1,
                "dataset",
                "synthetic",
                "epochs",
                EPOCHS,
                "batch_size",
                32,
                "train_limit",
                3200,
                "test_limit",
                100,
                "recipe",
                "fast",
                // Each of the three processes would measure anew what auto selects.
                "precision",
                "float32"))
        .at("/id")
        .asString();
  }

  private static void awaitMiddleOfSecondEpoch(ServiceProcess service, String job) {
    await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> service.get("/api/v1/training-jobs/" + job),
            state -> {
              assertThat(state.at("/status").asString()).isNotIn("SUCCEEDED", "FAILED");
              return state.at("/progress/iteration").asInt() > 3200 / 32;
            });
  }

  private static JsonNode awaitSuccess(ServiceProcess service, String job) {
    return await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> service.get("/api/v1/training-jobs/" + job),
            state -> {
              assertThat(state.at("/status").asString()).isNotIn("FAILED", "CANCELLED");
              return state.at("/status").asString().equals("SUCCEEDED");
            });
  }

  /**
   * Hashes of the parameters and the optimiser state in the last checkpoint, as written by DL4J.
   */
  private static Map<String, Integer> weights(ServiceProcess service, String job)
      throws IOException, InterruptedException {
    byte[] zip = service.bytes("/api/v1/training-jobs/" + job + "/checkpoints/" + EPOCHS);
    Map<String, Integer> entries = new TreeMap<>();
    try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().endsWith(".bin")) {
          entries.put(entry.getName(), java.util.Arrays.hashCode(in.readAllBytes()));
        }
      }
    }
    assertThat(entries).containsOnlyKeys("coefficients.bin", "updaterState.bin");
    return entries;
  }
}
