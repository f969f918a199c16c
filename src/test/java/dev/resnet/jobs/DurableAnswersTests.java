package dev.resnet.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.database.EmbeddedDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed (SIGKILL) right after a response: what it confirmed must be stored. */
@Tag("long")
class DurableAnswersTests {
  private static final int ROUNDS = 2;

  @TempDir private Path home;

  /** Starting one takes longer than its answer: the next one starts while this one works. */
  private Process spare;

  @BeforeEach
  void start() throws IOException {
    spare = started();
  }

  @AfterEach
  void stop() throws InterruptedException {
    spare.destroyForcibly().waitFor();
  }

  @Test
  void onTheEmbeddedDatabase() throws Exception {
    // A URL as a user may write it, without settings for durability.
    String url =
        "jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            .formatted(home.resolve("db"));
    try (HikariDataSource database = open(url, "sa")) {
      migrate(database);
    }
    nothingAnsweredIsLost(url, "sa");
  }

  @Test
  void onPostgreSql() throws Exception {
    try (HikariDataSource database = TestDatabase.postgreSql()) {
      nothingAnsweredIsLost(database.getJdbcUrl(), "postgres");
    }
  }

  private void nothingAnsweredIsLost(String url, String user) throws Exception {
    List<String> cancelled = new ArrayList<>();
    List<String> deleted = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      // The process is killed right after the line that is read last.
      waiting.add(answerOfOneThatIsKilled(url, user, "submit", ""));
      String cancel = waiting.remove(0);
      cancelled.add(answerOfOneThatIsKilled(url, user, "cancel", cancel));
      if (round > 0) {
        String delete = cancelled.remove(0);
        deleted.add(answerOfOneThatIsKilled(url, user, "delete", delete));
      }
      waiting.add(answerOfOneThatIsKilled(url, user, "submit", ""));
      try (HikariDataSource database = open(url, user);
          var process = new JobsProcess(database, home, JobsProcess.SETTINGS, true)) {
        assertThat(waiting)
            .allSatisfy(id -> assertThat(status(process, id)).isEqualTo(JobStatus.QUEUED));
        assertThat(cancelled)
            .allSatisfy(id -> assertThat(status(process, id)).isEqualTo(JobStatus.CANCELLED));
        assertThat(deleted)
            .allSatisfy(
                id ->
                    assertThatThrownBy(() -> process.jobs.get(id))
                        .isInstanceOf(UnknownJobException.class));
      }
    }
  }

  private static JobStatus status(JobsProcess process, String id) {
    assertThat(process.jobs.get(id)).as("the job %s", id).isNotNull();
    return process.job(id).status();
  }

  /** Has loaded its classes and waits to be told what to do. */
  private Process started() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Answering.class.getName(),
            home.toString())
        .redirectErrorStream(true)
        .start();
  }

  private String answerOfOneThatIsKilled(String url, String user, String call, String id)
      throws IOException, InterruptedException {
    Process process = spare;
    spare = started();
    try (var writer = process.outputWriter(UTF_8)) {
      writer.write(String.join("\n", url, user, call, id) + "\n");
      writer.flush();
      return answer(process);
    }
  }

  private static String answer(Process process) throws IOException, InterruptedException {
    List<String> log = new ArrayList<>();
    try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String line;
      do {
        line = reader.readLine();
        assertThat(line).as("the process answers: %s", log).isNotNull();
        log.add(line);
      } while (!line.startsWith("answer "));
      return line.substring("answer ".length());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static HikariDataSource open(String url, String user) {
    var dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(url);
    dataSource.setUsername(user);
    dataSource.setPassword("");
    EmbeddedDatabase.prepare(dataSource);
    return dataSource;
  }

  private static void migrate(HikariDataSource database) {
    Flyway.configure().dataSource(database).locations("classpath:db/migration").load().migrate();
  }

  /** The other process: does one thing, prints that it is done, and waits to be killed. */
  static final class Answering {
    public static void main(String[] arguments) throws Exception {
      try (HikariDataSource unused = open("jdbc:h2:mem:unused", "sa")) {
        unused.getConnection().close(); // loads most classes
        new JobsProcess(unused, Path.of(arguments[0]), JobsProcess.SETTINGS, true).close();
      }
      var told = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      HikariDataSource database = open(told.readLine(), told.readLine());
      var process = new JobsProcess(database, Path.of(arguments[0]), JobsProcess.SETTINGS, true);
      String call = told.readLine();
      String id = told.readLine();
      switch (call) {
        case "submit" -> id = process.submit(3);
        case "cancel" -> process.jobs.cancel(id);
        default -> process.jobs.delete(id);
      }
      System.out.println("answer " + id);
      System.in.read();
    }
  }
}
