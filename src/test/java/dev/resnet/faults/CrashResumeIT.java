package dev.resnet.faults;

import static dev.resnet.faults.Cluster.JOBS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.ServiceProcess;
import dev.resnet.data.upload.PictureZip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Two real processes on one PostgreSQL. Each is killed in the middle of an epoch, the first one
 * also while an archive is converted; another one continues. The weights and the data set equal
 * those of work that nothing disturbed.
 */
@Tag("long")
class CrashResumeIT {
  private static final TinyJob JOB = new TinyJob("killed", 1, 5, 700);
  private static final TinyJob UNDISTURBED = new TinyJob("undisturbed", 1, 5, 700);
  private static final String PETS = "/api/v1/datasets/pets";
  private static final String UNDISTURBED_PETS = "/api/v1/datasets/undisturbed";
  private static final byte[] ARCHIVE = PictureZip.of(1000, 1, "cat", "dog", "鳥");
  private static final Duration MIDDLE = Duration.ofMillis(200);

  @TempDir private Path home;

  @Test
  void aJobWhoseProcessesAreKilledEndsBitIdenticalToAnUndisturbedOne() throws Exception {
    try (var cluster =
        new Cluster(
            home,
            "resnet.jobs.heartbeat=500ms",
            "resnet.jobs.poll-interval=100ms",
            "resnet.jobs.slots=2")) {
      // Processes start while others work, and two at a time: that saves seconds.
      ServiceProcess first = cluster.both("first").awaitReady();
      String job = cluster.submit("first", JOB);
      cluster.both("second");
      cluster.awaitEpoch(job, 1);
      first.put(PETS, ARCHIVE);
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(5))
          .until(this::isConverting);
      cluster.kill("first");
      cluster.restart("first");
      assertThat(home.resolve("datasets/pets")).doesNotExist();
      int left = cluster.epochs(job);
      assertThat(left).isLessThan(JOB.epochs() - 1);

      cluster.awaitEpoch(job, left + 1);
      String next = cluster.journal.busy().get(0).split("\\.")[0];
      cluster.process(next).staysAliveFor(MIDDLE);
      cluster.kill(next);
      assertThat(cluster.epochs(job)).isLessThan(JOB.epochs());

      String last = next.equals("first") ? "second" : "first";
      ServiceProcess survivor = cluster.process(last).awaitReady();
      String undisturbed = cluster.submit(last, UNDISTURBED);
      String version = awaitReady(survivor, PETS);
      survivor.put(UNDISTURBED_PETS, ARCHIVE);
      cluster.awaitSuccess(job, Duration.ofMinutes(2));
      cluster.awaitSuccess(undisturbed, Duration.ofMinutes(2));

      JsonNode ended = survivor.get(JOBS + "/" + job);
      // More if a busy machine delayed a heartbeat.
      assertThat(ended.get("attempt").intValue()).isGreaterThanOrEqualTo(3);
      assertThat(ended.get("model_version").intValue()).isEqualTo(1);
      assertThat(cluster.journal.successes(job)).isEqualTo(1);
      Outcome outcome = Outcome.of(survivor, job);
      assertThat(outcome.epochs())
          .extracting(epoch -> epoch.get("epoch").intValue())
          .isEqualTo(IntStream.rangeClosed(1, JOB.epochs()).boxed().toList());
      assertThat(outcome.weights()).containsOnlyKeys("coefficients.bin", "updaterState.bin");
      assertThat(outcome).isEqualTo(Outcome.of(survivor, undisturbed));

      assertThat(awaitReady(survivor, UNDISTURBED_PETS)).isEqualTo(version);
      await().until(() -> names(home.resolve("datasets/.uploads")).isEmpty());
      assertThat(names(home.resolve("datasets/pets"))).containsExactly(version);
    }
  }

  /** Whether decoded pictures are being written. */
  private boolean isConverting() throws IOException {
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
  private static String awaitReady(ServiceProcess service, String dataset) {
    return await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> service.get(dataset),
            set -> {
              assertThat(set.at("/status").asString()).isNotEqualTo("FAILED");
              return set.at("/status").asString().equals("READY");
            })
        .at("/sha256")
        .asString();
  }
}
