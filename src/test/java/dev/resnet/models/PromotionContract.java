package dev.resnet.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.pictures.ImageShape;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedNetworks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which version is in production: promotions and rollbacks. */
abstract class PromotionContract extends ModelRegistryFixture {
  PromotionContract(Databases databases) {
    super(databases);
  }

  @Test
  void aWorseVersionIsRegisteredAndTheBetterOneStaysInProduction() throws IOException {
    registry.register(trained("a", "job-1", 0.3, 0.9), Promote.IF_BETTER);

    RegisteredModel worse = registry.register(trained("a", "job-2", 0.4, 0.8), Promote.IF_BETTER);

    assertThat(worse)
        .isEqualTo(
            new RegisteredModel(
                2,
                new Promotion(
                    false,
                    "Version 1 stays in production: the test accuracy 0.8 of version 2 is not above its 0.9.")));
    assertThat(inProduction("a")).isEqualTo(1);
    assertThat(registry.find("a", 2).orElseThrow().promotedAt()).isNull();
    assertThat(
            registry
                .register(trained("a", "job-3", 0.2, 0.95), Promote.IF_BETTER)
                .promotion()
                .promoted())
        .isTrue();
    assertThat(inProduction("a")).isEqualTo(3);
  }

  @Test
  void onAChangedDataSetTheVersionInProductionIsEvaluatedBeforeTheDecision() throws IOException {
    register("a", "job-1");
    JdbcClient.create(database).sql("update model_version set data_sha256 = 'before'").update();
    accuracy =
        (version, dataset, sha256, stop) -> {
          assertThat(version.version()).isEqualTo(1);
          assertThat(sha256).isEqualTo("ab".repeat(32));
          return OptionalDouble.of(0.5);
        };

    RegisteredModel better =
        registry.register(trained("a", "job-2", 0.4, 0.625), Promote.IF_BETTER);

    assertThat(better.promotion().reason()).contains("its test accuracy 0.625 is above 0.5");
    assertThat(inProduction("a")).isEqualTo(2);
  }

  @Test
  void anEvaluationThatFailsPromotesNothing() throws IOException {
    register("a", "job-1");
    JdbcClient.create(database).sql("update model_version set data_sha256 = 'before'").update();
    accuracy =
        (version, dataset, sha256, stop) -> {
          throw new IllegalStateException("no memory");
        };

    RegisteredModel trained = registry.register(trained("a", "job-2", 0.1, 1), Promote.IF_BETTER);

    assertThat(trained.promotion().reason()).contains("could not be evaluated");
    assertThat(inProduction("a")).isEqualTo(1);
  }

  @Test
  void anEvaluationThatIsStoppedRegistersNothing() throws IOException {
    register("a", "job-1");
    JdbcClient.create(database).sql("update model_version set data_sha256 = 'before'").update();
    accuracy =
        (version, dataset, sha256, stop) -> {
          assertThat(stop.getAsBoolean()).isTrue();
          throw new CancellationException("stopped");
        };
    List<Path> before = folders("a");

    TrainedModel trained = trained("a", "job-2", 0.1, 1);
    assertThatThrownBy(() -> registry.register(trained, Promote.IF_BETTER, () -> true))
        .isInstanceOf(CancellationException.class);

    assertThat(registry.registered("job-2")).isEmpty();
    assertThat(folders("a")).isEqualTo(before);
    accuracy = (version, dataset, sha256, stop) -> OptionalDouble.of(0.5);
    assertThat(registry.register(trained, Promote.IF_BETTER).version()).isEqualTo(2);
  }

  @Test
  void aVersionThatIsPromotedDuringTheEvaluationStays() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    JdbcClient.create(database).sql("update model_version set data_sha256 = 'before'").update();
    accuracy =
        (version, dataset, sha256, stop) -> {
          registry.promote("a", 1);
          return OptionalDouble.of(0);
        };

    RegisteredModel trained = registry.register(trained("a", "job-3", 0.1, 1), Promote.IF_BETTER);

    assertThat(trained.promotion().reason()).contains("was promoted while");
    assertThat(inProduction("a")).isEqualTo(1);
  }

  @Test
  void registeringAJobAgainGivesTheSameDecisionRegardlessOfProduction() throws IOException {
    TrainedModel model = trained("a", "job-1");
    RegisteredModel first = registry.register(model, Promote.IF_BETTER);
    register("a", "job-2");

    assertThat(first.promotion().promoted()).isTrue();
    assertThat(registry.register(model, Promote.IF_BETTER)).isEqualTo(first);
    assertThat(inProduction("a")).isEqualTo(2);
  }

  @Test
  void anyVersionCanBePromoted() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    register("b", "job-3");
    events.clear();

    assertThat(registry.promote("a", 1)).isTrue();

    assertThat(inProduction("a")).isEqualTo(1);
    assertThat(registry.newestPromoted()).map(ModelVersion::name).contains("a");
    assertThat(registry.aliases().all())
        .extracting(AliasRows.Alias::name, AliasRows.Alias::version)
        .containsExactly(tuple("a", 1), tuple("b", 1));
    assertThat(events).containsExactly(new ModelsChanged("a"));
    assertThat(registry.promote("a", 3)).isFalse();
    assertThat(registry.promote("c", 1)).isFalse();
    assertThat(inProduction("a")).isEqualTo(1);
  }

  @Test
  void eachRollbackGoesOneVersionFurtherBack() throws IOException {
    register("a", "job-1");
    register("b", "job-2");
    register("a", "job-3");
    register("a", "job-4");
    // Adds nothing to the history: it is already in production.
    registry.promote("a", 3);
    registry.promote("a", 1);

    assertThat(rollBack("a")).isEqualTo(3);
    assertThat(rollBack("a")).isEqualTo(2);
    assertThat(rollBack("a")).isEqualTo(1);
    assertThat(registry.newestPromoted())
        .as("as before a's later ones")
        .map(ModelVersion::name)
        .contains("b");
    assertThat(registry.find("a", 3).orElseThrow().promotedAt()).isNull();
    assertThat(registry.aliases().previous("a")).isEmpty();
    assertThat(registry.aliases().rollBack("a", 1)).isFalse();
    assertThat(inProduction("a")).isEqualTo(1);

    registry.promote("a", 2);
    assertThat(rollBack("a")).as("back from a promotion after a rollback").isEqualTo(1);
  }

  @Test
  void aRollbackToAnotherVersionThanTheExpectedOneDoesNothing() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    register("a", "job-3");

    assertThat(registry.aliases().rollBack("a", 1)).isFalse();
    assertThat(inProduction("a")).isEqualTo(3);
  }

  @Test
  void aRollbackSkipsDeletedVersions() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    registry.promote("a", 1);
    registry.delete("a", 2);

    assertThat(registry.aliases().previous("a")).as("1, then 1 again").isEmpty();
    register("a", "job-3");
    assertThat(rollBack("a")).isEqualTo(1);
  }

  @Test
  void trainingsStartFromTheVersionInProductionElseTheNewest() throws IOException {
    var networks = new RegisteredNetworks(registry, folder.resolve("models"));
    assertThat(networks.find("a", null)).isEmpty();

    TrainedModel first = trained("a", "job-1");
    registry.register(first, Promote.NEVER);
    registry.register(trained("a", "job-2"), Promote.NEVER);
    assertThat(networks.find("a", null)).map(TrainedNetworks.Found::version).contains(2);

    registry.promote("a", 1);
    TrainedNetworks.Found found = networks.find("a", null).orElseThrow();
    assertThat(found.version()).isEqualTo(1);
    assertThat(found.stackN()).isEqualTo(3);
    assertThat(found.shape()).isEqualTo(ImageShape.CIFAR);
    assertThat(found.file()).hasSameBinaryContentAs(first.checkpoint().path());
    assertThat(found.sha256()).isEqualTo(first.checkpoint().sha256());
    assertThat(networks.find("a", 2)).map(TrainedNetworks.Found::version).contains(2);
    assertThat(networks.find("a", 3)).isEmpty();
  }

  @Test
  void anAliasIsPointedMovedAndDeletedApartFromProduction() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    ModelAliases aliases = registry.aliases();

    assertThat(aliases.point("a", "canary", 1)).isTrue();
    assertThat(aliases.of(List.of("a")))
        .isEqualTo(Map.of("a", Map.of("canary", 1, "production", 2)));
    assertThat(registry.find("a", "canary")).map(ModelVersion::version).contains(1);
    assertThat(aliases.point("a", "canary", 2)).isTrue();
    assertThat(aliases.of("a", 2)).containsExactly("canary", "production");
    assertThat(aliases.point("a", "canary", 3)).isFalse();
    assertThat(aliases.point("b", "canary", 1)).isFalse();
    assertThat(registry.newestPromoted()).map(ModelVersion::version).contains(2);
    assertThat(aliases.delete("a", "canary")).isTrue();
    assertThat(aliases.delete("a", "canary")).isFalse();
    assertThat(aliases.delete("b", "canary")).isFalse();
    assertThat(aliases.of("a", 2)).containsExactly("production");
    assertThat(rollBack("a")).as("the history is that of production alone").isEqualTo(1);
    assertThat(aliases.previous("a")).isEmpty();
  }

  @Test
  void aRollbackUndoesTheDeletionOfProduction() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    assertThat(registry.aliases().delete("a", "production")).isTrue();
    assertThat(inProduction("a")).isNull();
    assertThat(registry.newestPromoted()).isEmpty();

    assertThat(rollBack("a")).isEqualTo(2);
    assertThat(rollBack("a")).isEqualTo(1);

    registry.aliases().delete("a", "production");
    registry.promote("a", 2);
    assertThat(rollBack("a")).isEqualTo(1);
  }

  /** Rows as written by the version before aliases. */
  @Test
  void promotionsBeforeAliasesAreMigratedWithTheirHistory() {
    HikariDataSource old = databases.empty();
    Flyway.configure().dataSource(old).target("2").load().migrate();
    var rows = JdbcClient.create(old);
    for (String name : List.of("a", "b", "c")) {
      rows.sql("insert into model (name, last_version) values (?, 3)").param(name).update();
    }
    insertOld(rows, "a", 1, NOW.plusSeconds(1));
    insertOld(rows, "a", 2, null);
    insertOld(rows, "a", 3, NOW.plusSeconds(3));
    insertOld(rows, "b", 1, NOW.plusSeconds(2));
    insertOld(rows, "c", 1, null);
    Flyway.configure().dataSource(old).load().migrate();
    use(old);

    assertThat(registry.aliases().all())
        .extracting(AliasRows.Alias::name, AliasRows.Alias::version)
        .containsExactly(tuple("a", 3), tuple("b", 1));
    assertThat(registry.find("a", 3).orElseThrow().promotedAt()).isEqualTo(NOW.plusSeconds(3));
    assertThat(registry.find("a", 2).orElseThrow().promotedAt()).isNull();
    assertThat(rollBack("a")).isEqualTo(1);
    assertThat(registry.aliases().previous("a")).isEmpty();
    assertThat(registry.promote("c", 1)).isTrue();
  }

  private static void insertOld(
      JdbcClient rows, String name, int version, @Nullable Instant promotedAt) {
    rows.sql(
            """
            insert into model_version (name, version, job_id, stack_n, dataset, data_sha256, classes,
              mean, standard_deviation, test_loss, test_accuracy, engine, engine_precision,
              hyperparameters, epoch, file, size, sha256, created_at, promoted_at)
            values (:name, :version, :job, 3, 'cifar10', '', '[]', '[]', '[]', 0.3, 0.9, 'dl4j',
              'float32', '{}', 1, '', 1, '', :now, :promoted)
            """)
        .param("name", name)
        .param("version", version)
        .param("job", name + version)
        .param("now", NOW.atOffset(ZoneOffset.UTC))
        .param("promoted", promotedAt == null ? null : promotedAt.atOffset(ZoneOffset.UTC))
        .update();
  }
}
