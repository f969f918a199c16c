package dev.resnet.serving;

import static dev.resnet.serving.TrainedModels.of;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.files.Sha256;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What the registry promises on every database. */
abstract class ModelRegistryContract {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00.123456Z");

  @TempDir private Path folder;
  private final List<Object> events = new ArrayList<>();
  private DataSource database;
  private JdbcClient jdbc;
  private ModelRegistry registry;

  /** An empty database. */
  abstract DataSource database();

  @BeforeEach
  void migrate() {
    database = database();
    Flyway.configure().dataSource(database).load().migrate();
    jdbc = JdbcClient.create(database);
    registry = registry();
  }

  /** A registry as each process has one; several share the database and the volume. */
  final ModelRegistry registry() {
    return new ModelRegistry(
        folder.resolve("models"),
        new ModelVersions(JdbcClient.create(database)),
        new TransactionTemplate(new JdbcTransactionManager(database)),
        event -> {
          synchronized (events) {
            events.add(event);
          }
        },
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private TrainedModel trained(String name, String jobId) throws IOException {
    Path file = folder.resolve(jobId + ".zip");
    Files.writeString(file, "the network of " + jobId);
    return of(file, name, jobId);
  }

  @Test
  void keepsAllThatIsKnownOfATrainedModel() throws IOException {
    TrainedModel model = trained("resnet-20", "job-1");

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
                List.of(0.49f, 0.48f, 0.45f),
                List.of(0.25f, 0.24f, 0.26f),
                0.375,
                0.875,
                "dl4j",
                "float32",
                TrainedModels.HYPERPARAMETERS,
                20,
                "resnet-20/1/model.zip",
                model.checkpoint().size(),
                model.checkpoint().sha256(),
                NOW,
                NOW));
  }

  @Test
  void copiesTheFileAndWritesACardBesideIt() throws IOException {
    TrainedModel model = trained("resnet-20", "job-1");
    registry.register(model, Promote.ALWAYS);
    Files.delete(model.checkpoint().path());

    Path version = folder.resolve("models/resnet-20/1");
    assertThat(version.resolve("model.zip")).hasContent("the network of job-1");
    var card = JsonMapper.shared().readTree(Files.readString(version.resolve("card.json")));
    assertThat(card.at("/model").asString()).isEqualTo("resnet-20");
    assertThat(card.at("/source/job").asString()).isEqualTo("job-1");
    assertThat(card.at("/source/hyperparameters/seed").asInt()).isEqualTo(7);
    assertThat(card.at("/metrics/test_accuracy").asDouble()).isEqualTo(0.875);
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
    assertThat(registry.versions("a")).extracting(ModelVersion::version).containsExactly(2, 1);
    assertThat(registry.names()).containsExactly("a", "b");
  }

  @Test
  void promotesEachNewVersionEvenWhereTheClockStandsStill() throws IOException {
    registry.register(trained("a", "job-1"), Promote.ALWAYS);
    registry.register(trained("b", "job-2"), Promote.ALWAYS);
    registry.register(trained("a", "job-3"), Promote.ALWAYS);

    assertThat(registry.promoted("a")).map(ModelVersion::version).contains(2);
    assertThat(registry.promoted("b")).map(ModelVersion::version).contains(1);
    assertThat(registry.newestPromoted()).map(ModelVersion::jobId).contains("job-3");
    assertThat(events)
        .extracting(event -> ((ModelRegistered) event).version().jobId())
        .containsExactly("job-1", "job-2", "job-3");
  }

  @Test
  void registeringAJobAgainGivesTheSameVersion() throws IOException {
    registry.register(trained("a", "job-1"), Promote.ALWAYS);
    registry.register(trained("a", "job-2"), Promote.ALWAYS);

    assertThat(registry.register(trained("a", "job-1"), Promote.ALWAYS).version()).isEqualTo(1);
    assertThat(registry.versions("a")).hasSize(2);
    assertThat(events).hasSize(2);
  }

  @Test
  void aFolderLeftByACrashIsOverwritten() throws IOException {
    Path stale = Files.createDirectories(folder.resolve("models/a/1/half"));
    Files.writeString(stale.resolve("written"), "…");
    Files.writeString(folder.resolve("models/a/1/model.zip"), "half a network");

    assertThat(registry.register(trained("a", "job-1"), Promote.ALWAYS).version()).isEqualTo(1);

    assertThat(folder.resolve("models/a/1/model.zip")).hasContent("the network of job-1");
    assertThat(stale).doesNotExist();
  }

  @Test
  void aDamagedCheckpointIsNotRegistered() throws IOException {
    TrainedModel good = trained("a", "job-1");
    Files.writeString(good.checkpoint().path(), "the network of job-X");

    assertThatThrownBy(() -> registry.register(good, Promote.ALWAYS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged")
        .hasMessageContaining(good.checkpoint().path().toString());

    assertThat(registry.versions("a")).isEmpty();
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
  void theNumberOfADeletedVersionIsNotGivenAgain() throws IOException {
    registry.register(trained("a", "job-1"), Promote.ALWAYS);
    jdbc.sql("delete from model_version").update();

    assertThat(registry.register(trained("a", "job-2"), Promote.ALWAYS).version()).isEqualTo(2);
  }

  @Test
  void withdrawingThePromotionBringsTheVersionBeforeBack() throws IOException {
    registry.register(trained("a", "job-1"), Promote.ALWAYS);
    registry.register(trained("a", "job-2"), Promote.ALWAYS);
    jdbc.sql("update model_version set promoted_at = null where version = 2").update();

    assertThat(registry.promoted("a")).map(ModelVersion::version).contains(1);
    assertThat(registry.newestPromoted()).map(ModelVersion::version).contains(1);
  }

  @Test
  void processesThatRegisterAtOnceNeitherShareANumberNorAFile() throws Exception {
    int jobs = 12;
    List<TrainedModel> models = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      models.add(trained("a", "job-" + i));
    }
    // Each job is reported by two processes at once, as when a worker was taken for dead.
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
    for (ModelVersion version : registry.versions("a")) {
      CheckpointFile trained =
          models.get(Integer.parseInt(version.jobId().substring("job-".length()))).checkpoint();
      assertThat(version.sha256()).isEqualTo(trained.sha256());
      assertThat(Sha256.of(folder.resolve("models").resolve(version.file())))
          .isEqualTo(trained.sha256());
    }
    assertThat(events).hasSize(jobs);
  }

  /** As many as may work on this database at once. */
  abstract List<ModelRegistry> concurrentProcesses();
}
