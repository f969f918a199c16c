package dev.resnet.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.ServiceProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock of one worker's machine is wrong by ten minutes. Needs a C compiler. */
@Tag("faults")
class ClockIT {
  @TempDir private Path home;
  @TempDir private Path built;

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

  private Map<String, String> wrongBy(int seconds) throws Exception {
    Map<String, String> environment = new HashMap<>(Cluster.environment(1));
    environment.put("LD_PRELOAD", library().toString());
    environment.put("WRONG_CLOCK_SECONDS", String.valueOf(seconds));
    return environment;
  }

  private Path library() throws Exception {
    Path library = built.resolve("wrong-clock.so");
    Process compiler =
        new ProcessBuilder(
                "cc",
                "-O2",
                "-Wall",
                "-Wextra",
                "-shared",
                "-fPIC",
                "-o",
                library.toString(),
                "src/test/native/wrong-clock/wrong-clock.c")
            .redirectErrorStream(true)
            .start();
    String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor()).as(output).isZero();
    return library;
  }
}
