package dev.resnet.faults;

import static dev.resnet.faults.Cluster.JOBS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many clients submit jobs at the same moment, through two API processes. */
@Tag("faults")
class TwoReplicasIT {
  private static final int JOB_COUNT = 200;
  private static final int CLIENTS = 20;

  @TempDir private Path home;

  @Test
  void everyJobIsQueuedAndTrainedOnce() throws Exception {
    try (var cluster =
        new Cluster(home, "resnet.jobs.queue-capacity=200", "resnet.jobs.poll-interval=100ms")) {
      assertThat(submitAll(cluster)).isEqualTo(Map.of(202, 200L));
      assertThat(cluster.count("training_job")).isEqualTo(JOB_COUNT);
      assertThat(cluster.count("scheduled_tasks")).isEqualTo(JOB_COUNT);
      cluster.worker("worker", "resnet.jobs.slots=2");
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> cluster.count("training_job where status = 'SUCCEEDED'") == JOB_COUNT);
      assertThat(cluster.count("test_move where status = 'RUNNING'")).isEqualTo(JOB_COUNT);
      assertThat(cluster.count("model_version")).isEqualTo(JOB_COUNT);
    }
  }

  @Test
  void theCapacityHoldsForBothTogether() throws Exception {
    try (var cluster = new Cluster(home, "resnet.jobs.queue-capacity=100")) {
      assertThat(submitAll(cluster)).isEqualTo(Map.of(202, 100L, 429, 100L));
      assertThat(cluster.count("training_job")).isEqualTo(100);
      assertThat(cluster.count("scheduled_tasks")).isEqualTo(100);
    }
  }

  /** How many answers of each status there were. */
  private static Map<Integer, Long> submitAll(Cluster cluster) throws Exception {
    List<ServiceProcess> replicas = List.of(cluster.api("api-1"), cluster.api("api-2"));
    cluster.awaitReady();
    Map<String, Object> job = new TinyJob("queued", 1, 1, 20).body();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      var together = new CountDownLatch(CLIENTS);
      List<Future<List<Integer>>> answers = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        ServiceProcess replica = replicas.get(client % replicas.size());
        answers.add(
            clients.submit(
                () -> {
                  together.countDown();
                  together.await();
                  List<Integer> statuses = new ArrayList<>();
                  for (int n = 0; n < JOB_COUNT / CLIENTS; n++) {
                    statuses.add(replica.tryPost(JOBS, job));
                  }
                  return statuses;
                }));
      }
      List<Integer> all = Collections.synchronizedList(new ArrayList<>());
      for (Future<List<Integer>> answer : answers) {
        all.addAll(answer.get());
      }
      return all.stream()
          .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    } finally {
      clients.shutdown();
    }
  }
}
