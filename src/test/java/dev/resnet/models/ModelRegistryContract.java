package dev.resnet.models;

import static dev.resnet.models.TrainedModels.of;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.files.Sha256;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.Selection;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/** The contract of the registry on every database. */
abstract class ModelRegistryContract {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00.123456Z");

  @TempDir private Path folder;
  private final List<Object> events = new ArrayList<>();
  private DataSource database;
  private ModelRegistry registry;
  private final NetworkCheck network = file -> Optional.empty();

  /** An empty database. */
  abstract DataSource database();

  @BeforeEach
  void migrate() {
    database = database();
    Flyway.configure().dataSource(database).load().migrate();
    registry = registry();
  }

  /** A registry as in one process; several share the database and the data directory. */
  final ModelRegistry registry() {
    return registry(Clock.fixed(NOW, ZoneOffset.UTC), Duration.ofSeconds(10));
  }

  final ModelRegistry registry(Clock clock, Duration patience) {
    return new ModelRegistry(
        new ModelFiles(folder.resolve("models"), network),
        RegistryTables.in(database, new JdbcTransactionManager(database), patience),
        new PromotionRule(true),
        event -> {
          synchronized (events) {
            events.add(event);
          }
        },
        clock);
  }

  final TrainedModel trained(String name, String jobId) throws IOException {
    return trained(name, jobId, 0.375, 0.875);
  }

  private TrainedModel trained(String name, String jobId, double loss, double accuracy)
      throws IOException {
    Path file = folder.resolve(jobId + ".zip");
    Files.writeString(file, "the network of " + jobId);
    return of(file, name, jobId, loss, accuracy);
  }

  /** Its epoch was chosen on validation images. */
  private TrainedModel validated(String name, String jobId) throws IOException {
    Path file = trained(name, jobId).checkpoint().path();
    return of(file, name, jobId, 0.375, 0.875, new Selection(Selection.By.VALIDATION, 0.25, 0.75));
  }

  private List<ModelVersion> versions(String name) {
    return registry.listing().newest(name, 100);
  }

  private void register(String name, String jobId) throws IOException {
    registry.register(trained(name, jobId), Promote.ALWAYS);
  }

  private @Nullable Integer inProduction(String name) {
    return registry.promoted(name).map(ModelVersion::version).orElse(null);
  }

  @Test
  void storesEverythingAboutATrainedModel() throws IOException {
    TrainedModel model = validated("resnet-20", "job-1");

    assertThat(registry.register(model, Promote.ALWAYS).version()).isEqualTo(1);

    assertThat(registry.find("resnet-20", 1))
        .contains(
            new ModelVersion(
                "resnet-20",
                1,
                "job-1",
                3,
                "synthetic",
                model.dataSha256(),
                TrainedModels.CLASSES,
                ImageShape.CIFAR,
                ResizePolicy.CROP,
                List.of(0.49f, 0.48f, 0.45f),
                List.of(0.25f, 0.24f, 0.26f),
                0.375,
                0.875,
                "dl4j",
                "float32",
                TrainedModels.HYPERPARAMETERS,
                20,
                registry.find("resnet-20", 1).orElseThrow().file(),
                model.checkpoint().size(),
                model.checkpoint().sha256(),
                NOW,
                NOW,
                new Selection(Selection.By.VALIDATION, 0.25, 0.75),
                "Version 1 was promoted: nothing was in production under 'resnet-20'."));
  }

  @Test
  void copiesTheFileAndWritesACardBesideIt() throws IOException {
    TrainedModel model = validated("resnet-20", "job-1");
    registry.register(model, Promote.ALWAYS);
    Files.delete(model.checkpoint().path());

    Path version = file("resnet-20", 1).getParent();
    assertThat(version.getParent()).isEqualTo(folder.resolve("models/resnet-20"));
    assertThat(version.resolve("model.zip")).hasContent("the network of job-1");
    var card = JsonMapper.shared().readTree(Files.readString(version.resolve("card.json")));
    assertThat(card.at("/model").asString()).isEqualTo("resnet-20");
    assertThat(card.at("/source/job").asString()).isEqualTo("job-1");
    assertThat(card.at("/source/hyperparameters/seed").asInt()).isEqualTo(7);
    assertThat(card.at("/metrics/test_accuracy").asDouble()).isEqualTo(0.875);
    assertThat(card.at("/metrics/epoch").asInt()).isEqualTo(20);
    assertThat(card.at("/metrics/chosen_by").asString()).isEqualTo("validation");
    assertThat(card.at("/metrics/validation_accuracy").asDouble()).isEqualTo(0.75);
    assertThat(card.at("/promotion_reason").asString()).contains("nothing was in production");
    assertThat(card.at("/file/sha256").asString()).isEqualTo(model.checkpoint().sha256());
    try (Stream<Path> files = Files.list(version)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void countsVersionsWithinTheName() throws IOException {
    assertThat(registry.register(trained("a", "job-1"), Promote.ALWAYS).version()).isEqualTo(1);
    assertThat(registry.register(trained("a", "job-2"), Promote.ALWAYS).version()).isEqualTo(2);
    assertThat(registry.register(trained("b", "job-3"), Promote.ALWAYS).version()).isEqualTo(1);
    assertThat(versions("a")).extracting(ModelVersion::version).containsExactly(2, 1);
    assertThat(registry.listing().names()).containsExactly("a", "b");
  }

  @Test
  void promotesEachNewVersionEvenIfTheClockStandsStill() throws IOException {
    register("a", "job-1");
    register("b", "job-2");
    register("a", "job-3");

    assertThat(registry.promoted("a")).map(ModelVersion::version).contains(2);
    assertThat(registry.promoted("b")).map(ModelVersion::version).contains(1);
    assertThat(registry.newestPromoted()).map(ModelVersion::jobId).contains("job-3");
    assertThat(events)
        .containsExactly(new ModelsChanged("a"), new ModelsChanged("b"), new ModelsChanged("a"));
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
  void registeringAJobAgainGivesTheSameVersion() throws IOException {
    register("a", "job-1");
    register("a", "job-2");

    assertThat(registry.register(trained("a", "job-1"), Promote.ALWAYS).version()).isEqualTo(1);
    assertThat(versions("a")).hasSize(2);
    assertThat(events).hasSize(2);
  }

  /** The network of a version. */
  final Path file(String name, int version) {
    return folder.resolve("models").resolve(registry.find(name, version).orElseThrow().file());
  }

  final List<Path> folders(String name) throws IOException {
    try (Stream<Path> folders = Files.list(folder.resolve("models").resolve(name))) {
      return folders.toList();
    }
  }

  @Test
  void leftoversOfACrashAreDeletedOnceNoRegistrationCanUseThem() throws IOException {
    register("a", "job-1");
    Path kept = file("a", 1).getParent();
    Path models = folder.resolve("models/a");
    Path old =
        Files.createDirectories(models.resolve("20261123T105959Z-0123abcd/half")).getParent();
    Path young = Files.createDirectories(models.resolve("20261123T110001Z-0123abcd"));
    Path foreign = Files.createDirectories(models.resolve("7"));

    register("a", "job-2");
    assertThat(folders("a"))
        .containsExactlyInAnyOrder(kept, young, foreign, file("a", 2).getParent());

    Files.createDirectories(old);
    registry.delete("a", 1);
    assertThat(folders("a")).containsExactlyInAnyOrder(young, foreign, file("a", 2).getParent());
  }

  @Test
  void aVersionIsKeptHoweverOldItsFolder() throws IOException {
    register("a", "job-1");
    Path old = folder.resolve("models/a/20200101T000000Z-0123abcd");
    Files.move(file("a", 1).getParent(), old);
    JdbcClient.create(database)
        .sql("update model_version set file = 'a/20200101T000000Z-0123abcd/model.zip'")
        .update();

    register("a", "job-2");

    assertThat(old.resolve("model.zip")).hasContent("the network of job-1");
  }

  /** The folder layout of the previous release. */
  @Test
  void aFolderNamedByTheVersionIsReadAndDeleted() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    Files.move(file("a", 1).getParent(), folder.resolve("models/a/1"));
    JdbcClient.create(database)
        .sql("update model_version set file = 'a/1/model.zip' where version = 1")
        .update();
    assertThat(file("a", 1)).hasContent("the network of job-1");

    registry.delete("a", 1);

    assertThat(folders("a")).containsExactly(file("a", 2).getParent());
  }

  @Test
  void aRegistrationThatFailsLeavesNoFiles() throws IOException {
    register("a", "job-1");
    JdbcClient.create(database)
        .sql("alter table model_version add constraint one check (version < 2)")
        .update();
    TrainedModel second = trained("a", "job-2");

    assertThatThrownBy(() -> registry.register(second, Promote.ALWAYS))
        .isInstanceOf(DataAccessException.class);

    assertThat(folders("a")).containsExactly(file("a", 1).getParent());
    assertThat(registry.find("a", 2)).isEmpty();
  }

  @Test
  void aDamagedCheckpointIsNotRegistered() throws IOException {
    TrainedModel good = trained("a", "job-1");
    Files.writeString(good.checkpoint().path(), "the network of job-X");

    assertThatThrownBy(() -> registry.register(good, Promote.ALWAYS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged")
        .hasMessageContaining(good.checkpoint().path().toString());

    assertThat(versions("a")).isEmpty();
    assertThat(registry.register(trained("a", "job-2"), Promote.ALWAYS).version())
        .as("the number is free")
        .isEqualTo(1);
  }

  @Test
  void aNameThatLeavesTheFolderIsRefused() throws IOException {
    TrainedModel outside = trained("../a", "job-1");
    assertThatThrownBy(() -> registry.register(outside, Promote.ALWAYS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("../a");
  }

  @Test
  void aTrainingThatDivergedIsNotRegistered() throws IOException {
    TrainedModel loss = trained("a", "job-1", Double.NaN, 0.1);
    TrainedModel accuracy = trained("a", "job-2", 2.3, Double.NaN);
    for (TrainedModel diverged : List.of(loss, accuracy)) {
      assertThatThrownBy(() -> registry.register(diverged, Promote.ALWAYS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("diverged")
          .hasMessageContaining("NaN")
          .hasMessageContaining("lower learning rate");
    }
    assertThat(registry.listing().names()).isEmpty();
    assertThat(folder.resolve("models")).doesNotExist();
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
    assertThat(registry.inProduction())
        .containsExactly(new AliasRows.Pointer("a", 1), new AliasRows.Pointer("b", 1));
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
    assertThat(registry.previous("a")).isEmpty();
    assertThat(registry.rollBack("a", 1)).isFalse();
    assertThat(inProduction("a")).isEqualTo(1);

    registry.promote("a", 2);
    assertThat(rollBack("a")).as("back from a promotion after a rollback").isEqualTo(1);
  }

  private @Nullable Integer rollBack(String name) {
    assertThat(registry.rollBack(name, registry.previous(name).orElseThrow().version())).isTrue();
    return inProduction(name);
  }

  @Test
  void aRollbackToAnotherVersionThanTheExpectedOneDoesNothing() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    register("a", "job-3");

    assertThat(registry.rollBack("a", 1)).isFalse();
    assertThat(inProduction("a")).isEqualTo(3);
  }

  @Test
  void aVersionIsDeletedWithItsFilesAndItsNumberIsNotReused() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    registry.promote("a", 1);
    Path deleted = file("a", 2).getParent();

    registry.delete("a", 2);

    assertThat(registry.find("a", 2)).isEmpty();
    assertThat(deleted).doesNotExist();
    assertThat(file("a", 1)).exists();
    assertThatThrownBy(() -> registry.delete("a", 2)).isInstanceOf(UnknownModelException.class);
    assertThatThrownBy(() -> registry.delete("b", 1)).isInstanceOf(UnknownModelException.class);
    assertThat(registry.register(trained("a", "job-3"), Promote.NEVER).version()).isEqualTo(3);
  }

  @Test
  void theVersionInProductionIsNotDeleted() throws IOException {
    register("a", "job-1");

    assertThatThrownBy(() -> registry.delete("a", 1))
        .isInstanceOf(VersionInProductionException.class);

    assertThat(inProduction("a")).isEqualTo(1);
    assertThat(file("a", 1)).exists();
  }

  @Test
  void aRollbackSkipsDeletedVersions() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    registry.promote("a", 1);
    registry.delete("a", 2);

    assertThat(registry.previous("a")).as("1, then 1 again").isEmpty();
    register("a", "job-3");
    assertThat(rollBack("a")).isEqualTo(1);
  }

  @Test
  void aNameWithoutVersionsIsNotListedAndItsNumberingContinues() throws IOException {
    registry.register(trained("a", "job-1"), Promote.NEVER);
    registry.delete("a", 1);

    assertThat(registry.listing().namesWithVersions(true, 10, 0)).isEmpty();
    assertThat(registry.listing().names()).containsExactly("a");
    assertThat(registry.register(trained("a", "job-2"), Promote.IF_BETTER))
        .isEqualTo(
            new RegisteredModel(
                2,
                new Promotion(
                    true, "Version 2 was promoted: nothing was in production under 'a'.")));
  }

  @Test
  void listsComeInPages() throws IOException {
    for (String name : List.of("b", "a", "c")) {
      register(name, "job-" + name);
    }
    registry.register(trained("a", "job-1", 0.1, 0.5), Promote.NEVER);
    ModelListing lists = registry.listing();

    assertThat(lists.namesWithVersions(true, 2, 0)).containsExactly("a", "b");
    assertThat(lists.namesWithVersions(true, 2, 2)).containsExactly("c");
    assertThat(lists.namesWithVersions(false, 1, 0)).containsExactly("c");
    assertThat(lists.countNamesWithVersions()).isEqualTo(3);
    assertThat(lists.count("a")).isEqualTo(2);
    assertThat(lists.newest(List.of("a", "c"), 1))
        .hasSize(2)
        .hasEntrySatisfying(
            "a",
            newest -> {
              assertThat(newest.total()).isEqualTo(2);
              assertThat(newest.versions()).extracting(ModelVersion::version).containsExactly(2);
            });
    assertThat(lists.newest(List.of(), 1)).isEmpty();
    assertThat(lists.versions("a", "version", true, 1, 1))
        .extracting(ModelVersion::version)
        .containsExactly(2);
    assertThat(lists.versions("a", "test_accuracy", false, 2, 0))
        .extracting(ModelVersion::version)
        .containsExactly(1, 2);
    assertThat(lists.versions("a", "created_at", false, 2, 0))
        .extracting(ModelVersion::version)
        .as("equal times")
        .containsExactly(2, 1);
  }

  /** Rows as written by the version before aliases. */
  @Test
  void promotionsBeforeAliasesAreMigratedWithTheirHistory() {
    var old = database();
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
    database = old;
    registry = registry();

    assertThat(registry.inProduction())
        .containsExactly(new AliasRows.Pointer("a", 3), new AliasRows.Pointer("b", 1));
    assertThat(registry.find("a", 3).orElseThrow().promotedAt()).isEqualTo(NOW.plusSeconds(3));
    assertThat(registry.find("a", 2).orElseThrow().promotedAt()).isNull();
    assertThat(rollBack("a")).isEqualTo(1);
    assertThat(registry.previous("a")).isEmpty();
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

  @Test
  void processesThatRegisterAtOnceNeitherShareANumberNorAFile() throws Exception {
    int jobs = 12;
    List<TrainedModel> models = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      models.add(trained("a", "job-" + i));
    }
    // Two processes register each job at the same time, as when a worker was wrongly taken for
    // dead.
    List<ModelRegistry> processes = concurrentProcesses();
    List<Integer> versions = new ArrayList<>();
    var start = new CountDownLatch(1);
    var threads = Executors.newFixedThreadPool(2 * jobs);
    try {
      List<Future<Integer>> running = new ArrayList<>();
      for (int i = 0; i < 2 * jobs; i++) {
        TrainedModel model = models.get(i % jobs);
        ModelRegistry process = processes.get(i % processes.size());
        Callable<Integer> registration =
            () -> {
              start.await();
              return process.register(model, Promote.ALWAYS).version();
            };
        running.add(threads.submit(registration));
      }
      start.countDown();
      for (Future<Integer> one : running) {
        versions.add(one.get());
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(versions.subList(0, jobs)).isEqualTo(versions.subList(jobs, 2 * jobs));
    assertThat(versions.subList(0, jobs))
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, jobs).boxed().toList());
    for (ModelVersion version : versions("a")) {
      CheckpointFile trained =
          models.get(Integer.parseInt(version.jobId().substring("job-".length()))).checkpoint();
      assertThat(version.sha256()).isEqualTo(trained.sha256());
      assertThat(Sha256.of(folder.resolve("models").resolve(version.file())))
          .isEqualTo(trained.sha256());
    }
    assertThat(folders("a")).hasSize(jobs);
    assertThat(events).hasSize(jobs);
    assertThat(registry.promoted("a")).map(ModelVersion::version).contains(jobs);
    for (int before = jobs - 1; before >= 1; before--) {
      assertThat(rollBack("a")).as("promoted one after the other").isEqualTo(before);
    }
  }

  /** Registries of as many processes as may use this database at the same time. */
  abstract List<ModelRegistry> concurrentProcesses();
}
