package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two API processes with one queue. */
class AdmissionTests {
  private static final int CAPACITY = 5;

  @TempDir Path home;

  @ParameterizedTest
  @ValueSource(strings = {"H2", "PostgreSQL"})
  void fillTheQueueToItsCapacityAndNoFurther(String kind) throws Exception {
    try (HikariDataSource dataSource =
        kind.equals("H2") ? TestDatabase.h2() : TestDatabase.postgreSql()) {
      for (int round = 0; round < 20; round++) {
        List<JobsProcess> processes = List.of(process(dataSource), process(dataSource));
        List<Boolean> accepted = submitAtOnce(processes, CAPACITY + 1);
        assertThat(accepted).filteredOn(Boolean::booleanValue).hasSize(CAPACITY);
        assertThat(processes.get(0).jobs.countByStatus())
            .containsEntry(JobStatus.QUEUED, (long) CAPACITY);
        for (JobSnapshot job :
            processes
                .get(0)
                .jobs
                .list(new JobQuery(JobFilter.ALL, 0, 99, JobOrder.NAME, false))
                .jobs()) {
          processes.get(0).jobs.cancel(job.job().id());
          processes.get(0).jobs.delete(job.job().id());
        }
      }
    }
  }

  @Test
  void aResumedJobAndANewOneShareTheLastPlace() throws Exception {
    try (HikariDataSource dataSource = TestDatabase.postgreSql()) {
      List<JobsProcess> processes = List.of(process(dataSource), process(dataSource));
      String cancelled = processes.get(0).submit(1);
      processes.get(0).jobs.cancel(cancelled);
      for (int i = 1; i < CAPACITY; i++) {
        processes.get(0).submit(1);
      }
      List<Boolean> accepted =
          atOnce(
              List.of(
                  () -> processes.get(0).submit(1),
                  () -> processes.get(1).jobs.resume(cancelled).job().id()));
      assertThat(accepted).containsExactlyInAnyOrder(true, false);
    }
  }

  @Test
  void severalJobsAreQueuedTogetherOrNotAtAll() {
    try (HikariDataSource dataSource = TestDatabase.h2()) {
      JobsProcess process = process(dataSource);
      var jdbc = JdbcClient.create(dataSource);
      jdbc.sql("create table together (job varchar(36))").update();
      List<NewJob> three = List.of(TestJobs.request(1), TestJobs.request(2), TestJobs.request(3));
      Consumer<List<JobSnapshot>> recorded =
          jobs ->
              jobs.forEach(
                  job ->
                      jdbc.sql("insert into together values (?)").param(job.job().id()).update());

      List<JobSnapshot> queued = process.jobs.submit(three, recorded);
      assertThat(queued).extracting(job -> job.job().config().epochs()).containsExactly(1, 2, 3);
      assertThat(jdbc.sql("select job from together").query(String.class).list())
          .containsExactlyElementsOf(queued.stream().map(job -> job.job().id()).toList());
      assertThat(
              jdbc.sql("select task_instance from scheduled_tasks order by execution_time")
                  .query(String.class)
                  .list())
          .containsExactlyElementsOf(queued.stream().map(job -> job.job().id()).toList());

      assertThatThrownBy(() -> process.jobs.submit(three, recorded))
          .isInstanceOf(QueueFullException.class)
          .hasMessageStartingWith("The queue has no place for 3 more jobs: 3 are waiting.");
      assertThatThrownBy(
              () ->
                  process.jobs.submit(
                      three.subList(0, 2),
                      jobs -> {
                        recorded.accept(jobs);
                        throw new IllegalStateException("no");
                      }))
          .hasMessage("no");
      for (String table : List.of("training_job", "scheduled_tasks", "together")) {
        assertThat(jdbc.sql("select count(*) from " + table).query(Long.class).single())
            .as(table)
            .isEqualTo(3);
      }
    }
  }

  private JobsProcess process(HikariDataSource dataSource) {
    return new JobsProcess(
        dataSource, home, JobsProcess.settings(1, CAPACITY, 10, Duration.ofSeconds(4)), false);
  }

  private static List<Boolean> submitAtOnce(List<JobsProcess> processes, int jobs)
      throws Exception {
    List<Callable<String>> requests = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      JobsProcess process = processes.get(i % processes.size());
      requests.add(() -> process.submit(1));
    }
    return atOnce(requests);
  }

  /** Runs the requests at the same time; returns whether each was accepted. */
  private static List<Boolean> atOnce(List<Callable<String>> requests) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(requests.size());
    try {
      var start = new CountDownLatch(1);
      List<Future<Boolean>> answers = new ArrayList<>();
      for (Callable<String> request : requests) {
        answers.add(
            clients.submit(
                () -> {
                  start.await();
                  try {
                    request.call();
                    return true;
                  } catch (QueueFullException full) {
                    return false;
                  }
                }));
      }
      start.countDown();
      List<Boolean> accepted = new ArrayList<>();
      for (Future<Boolean> answer : answers) {
        accepted.add(answer.get());
      }
      return accepted;
    } finally {
      clients.shutdown();
    }
  }
}
