package dev.resnet.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock of one worker's machine is wrong by ten minutes. Needs Debian's package faketime. */
@Tag("faults")
class ClockIT {
  @TempDir private Path home;

  @ParameterizedTest
  @ValueSource(ints = {600, -600})
  void aWorkerWithAWrongClockNeitherTakesJobsOverNorLosesItsOwn(int seconds) throws Exception {
    try (var cluster =
        new Cluster(home, "resnet.jobs.heartbeat=2s", "resnet.jobs.poll-interval=100ms")) {
      cluster.api("api");
      cluster.worker("right");
      ServiceProcess wrong = cluster.worker("wrong", cluster.url(), wrongBy(seconds));
      cluster.awaitReady();
      // As many as there are slots; each takes several times as long as a process may be silent.
      List<String> jobs =
          List.of(
              cluster.submit("api", new TinyJob("one", 1, 40, 400)),
              cluster.submit("api", new TinyJob("two", 2, 40, 400)));
      for (String job : jobs) {
        cluster.awaitSuccess(job, Duration.ofMinutes(3));
      }
      assertThat(
              cluster
                  .jdbc
                  .sql("select process from test_move where status = 'RUNNING'")
                  .query(String.class)
                  .list())
          .containsExactlyInAnyOrder("right.1", "wrong.1");
      assertThat(
              cluster
                  .jdbc
                  .sql(
                      "select count(*) from training_job where attempt = 1"
                          + " and finished_at between created_at and clock_timestamp()")
                  .query(Integer.class)
                  .single())
          .isEqualTo(2);
      assertThat(Cluster.metric(wrong, "resnet_clock_offset_seconds"))
          .isCloseTo(seconds, within(5.0));
      assertThat(wrong.log())
          .contains(
              "clock is %d s %s that of the database"
                  .formatted(seconds > 0 ? 600 : 599, seconds > 0 ? "ahead of" : "behind"));
    }
  }

  private static Map<String, String> wrongBy(int seconds) throws IOException {
    Map<String, String> environment = new HashMap<>(Cluster.environment(1));
    environment.put("LD_PRELOAD", library().toString());
    environment.put("FAKETIME", "%+d".formatted(seconds));
    environment.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    environment.put("DONT_FAKE_MONOTONIC", "1");
    return environment;
  }

  private static Path library() throws IOException {
    try (Stream<Path> found =
        Files.find(
            Path.of("/usr/lib"), 3, (path, a) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
      return found
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("No libfaketime: apt-get install faketime"));
    }
  }
}
