package dev.resnet.faults;

import static dev.resnet.database.TcpProxy.Network.FINE;
import static dev.resnet.database.TcpProxy.Network.SILENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.ServiceProcess;
import dev.resnet.database.TcpProxy;
import dev.resnet.database.TcpProxy.Network;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network between a worker and PostgreSQL is slow, broken or silent; the API's is not. */
@Tag("faults")
class DatabaseNetworkIT {
  private static final Duration OUTAGE = Duration.ofSeconds(6);
  private static final Duration LONGEST = Duration.ofMinutes(4);

  @TempDir private Path home;
  private Cluster cluster;
  private TcpProxy proxy;
  private ServiceProcess worker;

  @BeforeEach
  void start() throws Exception {
    cluster =
        new Cluster(
            home,
            "resnet.jobs.heartbeat=1s",
            "resnet.jobs.poll-interval=100ms",
            "resnet.jobs.retry.database-wait=200ms");
    proxy = TcpProxy.to(cluster.url());
    cluster.api("api");
    worker =
        cluster.worker(
            "far",
            // So that the test need not wait for half a minute.
            proxy.through(cluster.url()) + "&socketTimeout=2",
            Cluster.environment(1));
    cluster.awaitReady();
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
    proxy.close();
  }

  @Test
  void trainingGoesOnWithoutTheDatabaseAndItsEpochsAreWrittenAfterwards() throws Exception {
    TinyJob tiny = new TinyJob("far", 1, 60, 600);
    String job = cluster.submit("api", tiny);
    int done = 1;
    for (Network fault : List.of(Network.SLOW, Network.CUT, Network.RESET, SILENT)) {
      cluster.awaitEpoch(job, done + 1);
      double outages = Cluster.faults(worker, "database_outage");
      proxy.become(fault);
      int before = cluster.epochs(job);
      worker.staysAliveFor(OUTAGE);
      int written = cluster.epochs(job);
      String mended = now();
      proxy.become(FINE);
      if (fault == Network.SLOW) {
        assertThat(written).isGreaterThan(before);
      } else {
        // At most what was on its way when the fault began.
        assertThat(written).isLessThanOrEqualTo(before + 1);
        await()
            .atMost(LONGEST)
            .pollInterval(Duration.ofMillis(100))
            .until(() -> cluster.epochs(job) > written);
        assertThat(epochsCompletedBefore(job, mended)).as("%s", fault).isGreaterThan(written);
        assertThat(Cluster.faults(worker, "database_outage")).isGreaterThan(outages);
      }
      done = cluster.epochs(job);
    }
    cluster.awaitSuccess(job, LONGEST);
    assertThat(cluster.jdbc.sql("select attempt from training_job").query(Integer.class).single())
        .isEqualTo(1);
    assertThat(cluster.journal.successes(job)).isEqualTo(1);
    assertThat(cluster.count("model_version")).isEqualTo(1);
    assertThat(Outcome.of(cluster.process("api"), job).epochs())
        .extracting(epoch -> epoch.get("epoch").intValue())
        .isEqualTo(IntStream.rangeClosed(1, tiny.epochs()).boxed().toList());
  }

  @Test
  void aWorkerThatIsCutOffLosesItsJobToOneThatIsNot() throws Exception {
    String job = cluster.submit("api", new TinyJob("cut-off", 1, 25, 600));
    cluster.worker("near").awaitReady();
    cluster.awaitEpoch(job, 2);
    proxy.become(SILENT);
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                cluster.jdbc.sql("select attempt from training_job").query(Integer.class).single()
                    == 2);
    cluster.awaitEpoch(job, cluster.epochs(job) + 1);
    proxy.become(FINE);
    await()
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> Cluster.faults(worker, "lost_attempt") > 0);
    cluster.awaitSuccess(job, LONGEST);
    assertThat(cluster.journal.successes(job)).isEqualTo(1);
    assertThat(cluster.count("model_version")).isEqualTo(1);
    assertThat(cluster.jdbc.sql("select attempt from training_job").query(Integer.class).single())
        .isEqualTo(2);
  }

  private String now() {
    return cluster.jdbc.sql("select clock_timestamp()::text").query(String.class).single();
  }

  private int epochsCompletedBefore(String job, String time) {
    return cluster
        .jdbc
        .sql(
            "select coalesce(max(epoch), 0) from training_epoch"
                + " where job_id = ? and finished_at < ?::timestamptz")
        .params(job, time)
        .query(Integer.class)
        .single();
  }
}
