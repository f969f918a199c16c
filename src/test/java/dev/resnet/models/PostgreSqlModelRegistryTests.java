package dev.resnet.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.TrainedModel;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;

class PostgreSqlModelRegistryTests extends ModelRegistryContract {
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Override
  DataSource database() {
    var database = server.getPostgresDatabase();
    JdbcClient.create(database).sql("drop schema public cascade").update();
    JdbcClient.create(database).sql("create schema public").update();
    return database;
  }

  /**
   * A process is suspended inside its transaction, the server ends the transaction, and the process
   * continues.
   */
  @Test
  void aProcessThatLostItsTransactionDoesNotTouchOtherRegistrations() throws IOException {
    TrainedModel lost = trained("a", "job-1");
    TrainedModel other = trained("a", "job-2");
    ModelRegistry survivor = registry();
    var clock = new LosesItsTransaction(() -> survivor.register(other, Promote.ALWAYS));
    ModelRegistry abandoned = registry(clock, Duration.ofSeconds(10));

    assertThatThrownBy(() -> abandoned.register(lost, Promote.ALWAYS))
        .isInstanceOfAny(DataAccessException.class, TransactionException.class);

    assertThat(survivor.find("a", 1)).map(ModelVersion::jobId).contains("job-2");
    assertThat(file("a", 1)).hasContent("the network of job-2");
    assertThat(file("a", 1).resolveSibling("card.json"))
        .content()
        .contains("job-2")
        .doesNotContain("job-1");
    assertThat(folders("a")).containsExactly(file("a", 1).getParent());
  }

  /**
   * A clock that, when asked inside a transaction, ends the transaction and lets another process go
   * first.
   */
  private static final class LosesItsTransaction extends Clock {
    private final Callable<?> meanwhile;

    LosesItsTransaction(Callable<?> meanwhile) {
      this.meanwhile = meanwhile;
    }

    @Override
    public Instant instant() {
      boolean ended =
          !JdbcClient.create(server.getPostgresDatabase())
              .sql(
                  "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'")
              .query(Boolean.class)
              .list()
              .isEmpty();
      if (ended) {
        // On a separate thread, or it would join the terminated transaction.
        var process = Executors.newSingleThreadExecutor();
        try {
          process.submit(meanwhile).get();
        } catch (Exception e) {
          throw new AssertionError(e);
        } finally {
          process.shutdownNow();
        }
      }
      return Instant.parse("2026-11-23T12:00:00Z");
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void waitingForALockedNameEndsAndDelaysNoOtherName() throws Exception {
    ModelRegistry registry = registry(Clock.systemUTC(), Duration.ofMillis(300));
    registry.register(trained("stuck", "job-1"), Promote.ALWAYS);
    registry.register(trained("free", "job-2"), Promote.ALWAYS);
    ModelRegistry patient = registry(Clock.systemUTC(), Duration.ofMinutes(1));
    var thread = Executors.newSingleThreadExecutor();
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("select * from model where name = 'stuck' for update");

      assertThatThrownBy(() -> registry.promote("stuck", 1))
          .isInstanceOf(PessimisticLockingFailureException.class);
      Future<Boolean> waiting = thread.submit(() -> patient.promote("stuck", 1));
      await().until(() -> waitsForALock() == 1);
      assertThat(patient.promote("free", 1)).isTrue();
      assertThat(waiting).isNotDone();

      connection.rollback();
      assertThat(waiting.get()).isTrue();
    } finally {
      thread.shutdownNow();
    }
  }

  private static int waitsForALock() {
    return JdbcClient.create(server.getPostgresDatabase())
        .sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
        .query(Integer.class)
        .single();
  }

  @Override
  List<ModelRegistry> concurrentProcesses() {
    return List.of(registry(), registry(), registry());
  }
}
