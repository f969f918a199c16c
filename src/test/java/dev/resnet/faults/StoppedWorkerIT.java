package dev.resnet.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker is halted (SIGSTOP) for longer than its heartbeats allow, as by a long pause of its
 * machine. The other worker trains on two threads, so that its bytes differ.
 */
@Tag("faults")
class StoppedWorkerIT {
  private static final TinyJob JOB = new TinyJob("halted", 1, 10, 800);
  private static final Duration LONGEST = Duration.ofMinutes(3);

  @TempDir private Path home;
  private Cluster cluster;
  private ServiceProcess first;
  private ServiceProcess second;
  private String job;

  /** The first worker is halted in the middle of an epoch, and the second one may take the job. */
  @BeforeEach
  void haltTheFirstWorker() throws Exception {
    cluster = new Cluster(home, "resnet.jobs.heartbeat=1s", "resnet.jobs.poll-interval=100ms");
    cluster.api("api");
    first = cluster.worker("first");
    second = cluster.worker("second", cluster.url(), Cluster.environment(2));
    cluster.awaitReady();
    second.signal("STOP");
    job = cluster.submit("api", JOB);
    cluster.awaitEpoch(job, 2);
    first.staysAliveFor(Duration.ofMillis(300));
    first.signal("STOP");
    second.signal("CONT");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void afterAnotherHasFinishedItsJobAWorkerChangesNothing() throws Exception {
    cluster.awaitSuccess(job, LONGEST);
    assertThat(attempt()).isEqualTo(2);
    Snapshot before = snapshot();

    first.signal("CONT");
    awaitLostAttempt();
    assertThat(snapshot()).isEqualTo(before);

    // It can work: alone, it trains an equal job to its end. Its bytes are others.
    second.signal("STOP");
    String again = cluster.submit("api", JOB);
    cluster.awaitSuccess(again, LONGEST);
    ServiceProcess api = cluster.process("api");
    assertThat(Outcome.of(api, job).weights()).isNotEqualTo(Outcome.of(api, again).weights());
  }

  @Test
  void whileAnotherTrainsItsJobAWorkerChangesNothing() throws Exception {
    cluster.awaitEpoch(job, 4);
    assertThat(attempt()).isEqualTo(2);
    first.signal("CONT");
    awaitLostAttempt();
    assertThat(cluster.status(job)).isEqualTo("RUNNING");

    cluster.awaitSuccess(job, LONGEST);
    assertThat(attempt()).isEqualTo(2);
    assertThat(cluster.journal.successes(job)).isEqualTo(1);
    assertThat(cluster.count("model_version")).isEqualTo(1);
    assertThat(Outcome.of(cluster.process("api"), job).epochs())
        .extracting(epoch -> epoch.get("epoch").intValue())
        .isEqualTo(IntStream.rangeClosed(1, JOB.epochs()).boxed().toList());
    record Stored(String file, String sha256) {}
    List<Stored> checkpoints =
        cluster
            .jdbc
            .sql("select file, sha256 from training_checkpoint where job_id = ?")
            .param(job)
            .query((row, n) -> new Stored(row.getString(1), row.getString(2)))
            .list();
    assertThat(checkpoints).isNotEmpty();
    Path folder = home.resolve("jobs").resolve(job).resolve("checkpoints");
    for (Stored checkpoint : checkpoints) {
      assertThat(Outcome.sha256(Files.readAllBytes(folder.resolve(checkpoint.file()))))
          .isEqualTo(checkpoint.sha256());
    }
  }

  private int attempt() {
    return cluster
        .jdbc
        .sql("select attempt from training_job where id = ?")
        .param(job)
        .query(Integer.class)
        .single();
  }

  /** Without the folder that only the halted attempt writes to. */
  private Snapshot snapshot() throws Exception {
    return Snapshot.of(cluster.jdbc, home, job, path -> !path.getParent().endsWith("attempt-1"));
  }

  private void awaitLostAttempt() {
    await()
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> Cluster.faults(first, "lost_attempt") > 0);
  }
}
