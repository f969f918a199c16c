package dev.resnet.faults;

import static dev.resnet.faults.Cluster.JOBS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.ServiceProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The data directory is a small volume of its own, which fills up or becomes read-only while a job
 * trains. Mounting needs root or user namespaces, and util-linux.
 */
@Tag("faults")
class VolumeIT {
  private static final TinyJob JOB = new TinyJob("on-a-small-volume", 1, 15, 600);
  private static final Duration LONGEST = Duration.ofMinutes(3);

  @TempDir private Path home;
  private Cluster cluster;
  private ServiceProcess service;
  private String job;

  @BeforeEach
  void start() throws Exception {
    cluster =
        new Cluster(
            home,
            "resnet.jobs.poll-interval=100ms",
            "resnet.jobs.retry.first-wait=200ms",
            "resnet.jobs.retry.longest-wait=1s",
            "resnet.ops.min-free-space=4MB");
    service =
        cluster.both(
            "small",
            List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=48m tmpfs \"$0\" && exec \"$@\"",
                home.toString()));
    try {
      service.awaitReady();
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "This test mounts a tmpfs: it needs root or user namespaces, and apt-get install"
              + " util-linux",
          e);
    }
    job = cluster.submit("small", JOB);
    cluster.awaitEpoch(job, 2);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void onAFullVolumeAJobWaitsAndContinuesOnceThereIsSpace() throws Exception {
    Path filler = inside("filler");
    fill(filler);
    awaitWaiting("free disk space for resnet.home", "not enough free disk space");
    assertThat(Cluster.faults(service, "full_volume")).isPositive();
    assertThat(service.get(JOBS + "/" + job).get("last_error").asString())
        .containsIgnoringCase("no space left");
    Files.delete(filler);
    awaitContinuation();
  }

  @Test
  void onAReadOnlyVolumeAJobWaitsAndContinuesOnceItIsWritable() throws Exception {
    remount("ro");
    awaitWaiting("free disk space for resnet.home", "Read-only file system");
    assertThat(Cluster.faults(service, "retry")).isPositive();
    // Told once, not at every look.
    assertThat(service.log().split("starts no jobs at present", -1)).hasSize(2);
    remount("rw");
    awaitContinuation();
  }

  private void awaitWaiting(String... reasons) {
    await()
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(service.get(JOBS + "/" + job).path("waiting_for").asString(""))
                    .contains(reasons));
    await().atMost(LONGEST).until(() -> Cluster.faults(service, "intake_stopped") > 0);
  }

  private void awaitContinuation() {
    cluster.awaitSuccess(job, LONGEST);
    assertThat(cluster.journal.successes(job)).isEqualTo(1);
    assertThat(cluster.count("model_version")).isEqualTo(1);
    assertThat(cluster.count("training_epoch")).isEqualTo(JOB.epochs());
  }

  /** A path on the volume, which only the service's mount namespace shows. */
  private Path inside(String name) {
    return Path.of("/proc/" + service.pid() + "/root" + home, name);
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (var block = new byte[4096]; ; ) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private void remount(String mode) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("nsenter", "--target", Long.toString(service.pid())));
    command.addAll(List.of("--user", "--mount", "--preserve-credentials"));
    command.addAll(List.of("mount", "-o", "remount," + mode, home.toString()));
    Process mount = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(mount.getInputStream().readAllBytes());
    assertThat(mount.waitFor()).as(output).isZero();
  }
}
