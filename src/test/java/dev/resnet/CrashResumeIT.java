package dev.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.data.upload.PictureZip;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Real processes: one is killed in the middle of an epoch, while it also converts an archive, and
 * the next one continues both. The weights and the data set equal those of an uninterrupted run.
 */
class CrashResumeIT {
  private static final int EPOCHS = 3;
  private static final String PETS = "/api/v1/datasets/pets";
  private static final byte[] ARCHIVE = PictureZip.of(1500, 1, "cat", "dog", "鳥");

  @TempDir private Path undisturbedHome;
  @TempDir private Path killedHome;

  @Test
  void aKilledJobEndsBitIdenticalToAnUninterruptedOne() throws Exception {
    Map<String, Integer> undisturbed;
    String version;
    try (var service = ServiceProcess.start(undisturbedHome)) {
      String job = submit(service);
      awaitSuccess(service, job);
      undisturbed = weights(service, job);
      service.put(PETS, ARCHIVE);
      version = awaitReady(service);
    }

    String job;
    try (var service = ServiceProcess.start(killedHome)) {
      job = submit(service);
      awaitMiddleOfSecondEpoch(service, job);
      service.put(PETS, ARCHIVE);
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> isConverting(killedHome));
      service.kill();
    }
    assertThat(killedHome.resolve("datasets/pets")).doesNotExist();
    try (var service = ServiceProcess.start(killedHome)) {
      JsonNode ended = awaitSuccess(service, job);

      assertThat(ended.at("/attempt").asInt()).isEqualTo(2);
      assertThat(ended.at("/model_version").asInt()).isEqualTo(1);
      assertThat(service.get("/api/v1/training-jobs/" + job + "/epochs").at("/items").size())
          .isEqualTo(EPOCHS);
      assertThat(weights(service, job)).isEqualTo(undisturbed);
      assertThat(awaitReady(service)).isEqualTo(version);
      await().until(() -> names(killedHome.resolve("datasets/.uploads")).isEmpty());
      assertThat(names(killedHome.resolve("datasets/pets"))).containsExactly(version);
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

  /** Whether decoded pictures are being written. */
  private static boolean isConverting(Path home) throws IOException {
    Path uploads = home.resolve("datasets/.uploads");
    for (String upload : names(uploads)) {
      if (names(uploads.resolve(upload)).stream().anyMatch(name -> name.startsWith("converted-"))) {
        return true;
      }
    }
    return false;
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }

  /** The version of the data set. */
  private static String awaitReady(ServiceProcess service) {
    return await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> service.get(PETS),
            set -> {
              assertThat(set.at("/status").asString()).isNotEqualTo("FAILED");
              return set.at("/status").asString().equals("READY");
            })
        .at("/sha256")
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
