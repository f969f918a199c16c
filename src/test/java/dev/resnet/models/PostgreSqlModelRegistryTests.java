package dev.resnet.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.database.PostgreSql;
import dev.resnet.models.ModelRegistryFixture.Databases;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionException;

class PostgreSqlModelRegistryTests {
  private static final Databases POSTGRESQL =
      new Databases() {
        @Override
        public HikariDataSource empty() {
          return open(PostgreSql.emptyDatabase());
        }

        @Override
        public HikariDataSource migrated() {
          return open(PostgreSql.migratedDatabase());
        }

        private HikariDataSource open(String url) {
          var database = new HikariDataSource();
          database.setJdbcUrl(url);
          database.setUsername(PostgreSql.USER);
          // One for each thread of the test with the most; few tests need more than one.
          database.setMaximumPoolSize(24);
          database.setMinimumIdle(1);
          return database;
        }

        @Override
        public int processes() {
          return 3;
        }
      };

  @Nested
  class Registration extends RegistrationContract {
    Registration() {
      super(POSTGRESQL);
    }
  }

  @Nested
  class Promotion extends PromotionContract {
    Promotion() {
      super(POSTGRESQL);
    }
  }

  @Nested
  class Versions extends VersionsContract {
    Versions() {
      super(POSTGRESQL);
    }
  }

  /** What only a database with several processes can do. */
  @Nested
  class Transactions extends ModelRegistryFixture {
    Transactions() {
      super(POSTGRESQL);
    }

    /**
     * A process is suspended inside its transaction, the server ends the transaction, and the
     * process continues.
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

      assertThat(survivor.find("a", 1)).map(TrainedModels::job).contains("job-2");
      assertThat(file("a", 1)).hasContent("the network of job-2");
      assertThat(file("a", 1).resolveSibling("card.json"))
          .content()
          .contains("job-2")
          .doesNotContain("job-1");
      assertThat(folders("a")).containsExactly(file("a", 1).getParent());
    }

    /**
     * A clock that, when asked inside a transaction, ends the transaction and lets another process
     * go first.
     */
    private final class LosesItsTransaction extends Clock {
      private final Callable<?> meanwhile;

      LosesItsTransaction(Callable<?> meanwhile) {
        this.meanwhile = meanwhile;
      }

      @Override
      public Instant instant() {
        // Not through the pool: there, this thread has the connection of the transaction.
        var other = new DriverManagerDataSource(database.getJdbcUrl(), database.getUsername(), "");
        boolean ended =
            !JdbcClient.create(other)
                .sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where state = 'idle in transaction' and datname = current_database()")
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
      try (var connection = database.getConnection();
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

    private int waitsForALock() {
      return JdbcClient.create(database)
          .sql(
              "select count(*) from pg_stat_activity"
                  + " where wait_event_type = 'Lock' and datname = current_database()")
          .query(Integer.class)
          .single();
    }
  }
}
