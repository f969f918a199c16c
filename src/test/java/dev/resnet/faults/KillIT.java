package dev.resnet.faults;

import static dev.resnet.faults.Cluster.JOBS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An API process and three workers are killed (SIGKILL) at random moments, and started again at
 * once. Settings: {@code -Dfaults.kills}, {@code -Dfaults.seed}, {@code -Dfaults.jobs}.
 */
@Tag("faults")
class KillIT {
  private static final Logger LOG = LoggerFactory.getLogger(KillIT.class);
  private static final String API = "api";
  private static final List<String> WORKERS = List.of("worker-1", "worker-2", "worker-3");
  private static final int KILLS = Integer.getInteger("faults.kills", 50);
  private static final int JOB_COUNT = Integer.getInteger("faults.jobs", 12);
  private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
  private static final int EPOCHS = 20;
  private static final int IMAGES = 400;

  @TempDir private Path home;
  @TempDir private Path undisturbedHome;

  @Test
  void everyJobEndsOnceWithTheWeightsOfAnUndisturbedRun() throws Exception {
    LOG.info("-Dfaults.seed={} -Dfaults.kills={} -Dfaults.jobs={}", SEED, KILLS, JOB_COUNT);
    Map<TinyJob, Outcome> undisturbed = undisturbed();
    try (var cluster =
        new Cluster(home, "resnet.jobs.heartbeat=500ms", "resnet.jobs.poll-interval=200ms")) {
      cluster.api(API);
      for (String worker : WORKERS) {
        cluster.worker(worker);
      }
      Map<TinyJob, String> ids = new LinkedHashMap<>();
      for (TinyJob job : undisturbed.keySet()) {
        ids.put(job, cluster.submit(API, job));
      }
      killAtRandom(cluster);
      for (String id : ids.values()) {
        cluster.awaitSuccess(id, Duration.ofMinutes(5));
      }

      report(cluster);
      assertThat(cluster.journal.kills()).isEqualTo(KILLS);
      assertThat(cluster.count("training_job")).isEqualTo(JOB_COUNT);
      assertThat(cluster.count("model_version")).isEqualTo(JOB_COUNT);
      ServiceProcess api = cluster.process(API).awaitReady();
      for (TinyJob job : ids.keySet()) {
        check(cluster, api, ids.get(job), undisturbed.get(job));
      }
    }
  }

  @Test
  void withTheDefaultHeartbeatAnotherWorkerContinuesWithinAMinute() throws Exception {
    try (var cluster = new Cluster(home)) {
      cluster.api(API);
      cluster.worker("doomed");
      cluster.worker("heir").awaitReady();
      cluster.process("heir").signal("STOP");
      String job = cluster.submit(API, new TinyJob("inherited", 1, 20, IMAGES));
      cluster.awaitEpoch(job, 1);
      cluster.process("heir").signal("CONT");
      cluster.kill("doomed");
      cluster.awaitSuccess(job, Duration.ofMinutes(3));

      assertThat(cluster.journal.takeovers())
          .singleElement()
          .satisfies(takeover -> assertThat(takeover.seconds()).isLessThan(60));
      note(
          "takeover.txt",
          List.of(
              "with the default heartbeat the next attempt started %.1f s after the kill"
                  .formatted(cluster.journal.takeovers().get(0).seconds())));
    }
  }

  private Map<TinyJob, Outcome> undisturbed() throws Exception {
    List<TinyJob> jobs =
        IntStream.rangeClosed(1, JOB_COUNT)
            .mapToObj(seed -> new TinyJob("job-" + seed, seed, EPOCHS, IMAGES))
            .toList();
    Map<TinyJob, Outcome> outcomes = new LinkedHashMap<>();
    try (var cluster = new Cluster(undisturbedHome, "resnet.jobs.slots=2")) {
      cluster.api(API);
      cluster.worker(WORKERS.get(0));
      Map<TinyJob, String> ids = new LinkedHashMap<>();
      for (TinyJob job : jobs) {
        ids.put(job, cluster.submit(API, job));
      }
      for (TinyJob job : jobs) {
        cluster.awaitSuccess(ids.get(job), Duration.ofMinutes(5));
        outcomes.put(job, Outcome.of(cluster.process(API), ids.get(job)));
      }
    }
    return outcomes;
  }

  /**
   * Each kill comes when a random part of all epochs is done, and up to a second later. So the
   * kills spread over the whole work, on a machine of any speed.
   */
  private void killAtRandom(Cluster cluster) throws Exception {
    var random = new Random(SEED);
    int total = JOB_COUNT * EPOCHS;
    int[] moments = random.ints(KILLS, 0, total * 9 / 10).sorted().toArray();
    for (int moment : moments) {
      await()
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> cluster.count("training_epoch") >= moment);
      String victim = victim(random, cluster);
      cluster.process(victim).staysAliveFor(Duration.ofMillis(random.nextInt(1000)));
      cluster.kill(victim);
      cluster.restart(victim);
    }
  }

  /** One in ten is the API; of the others, most are workers with a job. */
  private static String victim(Random random, Cluster cluster) {
    if (random.nextInt(10) == 0) {
      return API;
    }
    List<String> busy =
        cluster.journal.busy().stream().map(process -> process.split("\\.")[0]).toList();
    List<String> from = busy.isEmpty() || random.nextInt(4) == 0 ? WORKERS : busy;
    return from.get(random.nextInt(from.size()));
  }

  private void check(Cluster cluster, ServiceProcess api, String job, Outcome undisturbed)
      throws Exception {
    assertThat(cluster.journal.successes(job)).isEqualTo(1);
    assertThat(api.get(JOBS + "/" + job).get("model_version").intValue()).isEqualTo(1);
    Outcome outcome = Outcome.of(api, job);
    assertThat(outcome.epochs())
        .extracting(epoch -> epoch.get("epoch").intValue())
        .isEqualTo(IntStream.rangeClosed(1, EPOCHS).boxed().toList());
    assertThat(outcome).isEqualTo(undisturbed);
    String file =
        cluster
            .jdbc
            .sql("select file from model_version where job_id = ?")
            .param(job)
            .query(String.class)
            .single();
    assertThat(Outcome.weights(home.resolve("models").resolve(file)))
        .isEqualTo(undisturbed.weights());
  }

  private static void report(Cluster cluster) throws Exception {
    List<Journal.Takeover> takeovers = cluster.journal.takeovers();
    List<String> lines = new ArrayList<>();
    lines.add("seed %d, %d kills, %d jobs".formatted(SEED, cluster.journal.kills(), JOB_COUNT));
    if (!takeovers.isEmpty()) {
      lines.add(
          "%d kills hit a running attempt; the next one started after %.1f s (median), %.1f s (longest)"
              .formatted(
                  takeovers.size(),
                  takeovers.get(takeovers.size() / 2).seconds(),
                  takeovers.get(takeovers.size() - 1).seconds()));
    }
    note("kills.txt", lines);
  }

  private static void note(String file, List<String> lines) throws IOException {
    Files.write(Files.createDirectories(Path.of("target", "faults")).resolve(file), lines);
    lines.forEach(LOG::info);
  }
}
