package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two processes on one database: one runs a job, the other's clients follow it. */
class JobWatchTests {
  @TempDir private Path home;
  private HikariDataSource database;
  private SwitchedDataSource connection;
  private JobsProcess worker;
  private JobEvents events;
  private JobWatch watch;

  @BeforeEach
  void open() {
    database = TestDatabase.h2();
    connection = new SwitchedDataSource(database);
    worker = new JobsProcess(database, home, JobsProcess.SETTINGS, false);
    events = new JobsProcess(connection, home, JobsProcess.SETTINGS, false).store.events();
    watch = new JobWatch(events, Duration.ofMillis(20));
    watch.start();
  }

  @AfterEach
  void close() {
    watch.stop();
    worker.close();
    database.close();
  }

  private static final class Seen implements JobWatch.Watcher {
    private final BlockingQueue<JobState> states = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> closed = new LinkedBlockingQueue<>();

    @Override
    public void look(JobState now) {
      states.add(now);
    }

    @Override
    public void close() {
      closed.add(true);
    }

    JobState await(Predicate<JobState> wanted) throws InterruptedException {
      while (true) {
        JobState state = states.poll(10, TimeUnit.SECONDS);
        assertThat(state).isNotNull();
        if (wanted.test(state)) {
          return state;
        }
      }
    }
  }

  @Test
  void aClientOfOneProcessSeesWhatAnotherWrites() throws Exception {
    String job = worker.submit(3);
    var seen = new Seen();
    watch.add(job, seen);
    assertThat(seen.await(state -> true).job().status()).isEqualTo(JobStatus.QUEUED);

    worker.training.allow(2);
    worker.start();
    JobState two = seen.await(state -> state.completedEpochs() == 2);
    assertThat(two.job().status()).isEqualTo(JobStatus.RUNNING);
    worker.training.allow(1);
    JobState end = seen.await(state -> state.job().status() == JobStatus.SUCCEEDED);
    List<JobEvent> all = events.after(job, 0, 100);
    assertThat(all.get(all.size() - 1).id()).isEqualTo(end.lastEvent());
    assertThat(all.get(all.size() - 1).type()).isEqualTo(JobEvent.Type.STATUS);

    worker.jobs.delete(job);
    assertThat(seen.closed.poll(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void clientsStayWhileTheDatabaseIsAwayAndLeaveAtAShutdown() throws Exception {
    String job = worker.submit(3);
    var seen = new Seen();
    watch.add(job, seen);
    seen.await(state -> true);
    connection.takeAway();
    worker.store.log(job, "Something happened.");
    long last = worker.store.events().state(job).lastEvent();
    connection.bringBack();
    seen.await(state -> state.lastEvent() == last);
    assertThat(seen.closed).isEmpty();

    watch.stop();
    assertThat(seen.closed.poll()).isTrue();
    var late = new Seen();
    watch.add(job, late);
    assertThat(late.closed.poll()).as("nobody waits for a watch that has stopped").isTrue();
  }

  @Test
  void theLogTellsWhatHappenedToAJob() throws Exception {
    String job = worker.submit(3);
    worker.training.allow(1);
    worker.start();
    var seen = new Seen();
    watch.add(job, seen);
    seen.await(state -> state.completedEpochs() == 1);
    worker.training.failWith(new UncheckedIOException(new IOException("No disk.")));
    seen.await(state -> state.job().attempt() == 2);
    worker.training.allow(2);
    seen.await(state -> state.job().status() == JobStatus.SUCCEEDED);

    assertThat(events.log(job))
        .extracting(JobEvent::message)
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("Submitted: 3 epochs on data set 'synthetic'."),
            line -> assertThat(line).isEqualTo("Attempt 1 started on a-worker."),
            line -> assertThat(line).isEqualTo("Loading data set 'synthetic'."),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "Attempt 1 trains with engine dl4j in float32 (as requested), from the"
                            + " start."),
            line -> assertThat(line).startsWith("Attempt 1 failed: No disk. Retry 1 is due at 2"),
            line -> assertThat(line).isEqualTo("Attempt 2 started on a-worker."),
            line -> assertThat(line).isEqualTo("Loading data set 'synthetic'."),
            line -> assertThat(line).contains("Attempt 2 trains", "after epoch 1."),
            line ->
                assertThat(line).isEqualTo("The model is that of epoch 3, chosen by: last epoch."),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "Registered as version 1 of model 'a-model'. Nothing was in production."));
  }

  @Test
  void theNewestLinesAreKept() {
    String job = worker.submit(3);
    var few = new JobEvents(JdbcClient.create(database), Clock.systemUTC(), 10);
    for (int line = 1; line <= 25; line++) {
      few.log(job, "line " + line);
    }
    assertThat(few.log(job)).hasSize(10);
    assertThat(few.log(job).get(0).message()).isEqualTo("line 16");
    assertThat(few.after(job, 0, 1).get(0).type()).isEqualTo(JobEvent.Type.STATUS);
  }
}
