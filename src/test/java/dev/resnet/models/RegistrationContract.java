package dev.resnet.models;

import static dev.resnet.models.TrainedModels.of;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.files.Sha256;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Selection;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** What is stored of a trained model, and what is refused. */
abstract class RegistrationContract extends ModelRegistryFixture {
  RegistrationContract(Databases databases) {
    super(databases);
  }

  /** Its epoch was chosen on validation images. */
  private TrainedModel validated(String name, String jobId) throws IOException {
    Path file = trained(name, jobId).checkpoint().path();
    return of(file, name, jobId, 0.375, 0.875, new Selection(Selection.By.VALIDATION, 0.25, 0.75));
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
                3,
                TrainedModels.CLASSES,
                ImageShape.CIFAR,
                ResizePolicy.CROP,
                List.of(0.49f, 0.48f, 0.45f),
                List.of(0.25f, 0.24f, 0.26f),
                registry.find("resnet-20", 1).orElseThrow().file(),
                model.checkpoint().size(),
                model.checkpoint().sha256(),
                NOW,
                NOW,
                new ModelVersion.Training(
                    "job-1",
                    "synthetic",
                    model.dataSha256(),
                    0.375,
                    0.875,
                    "dl4j",
                    "float32",
                    TrainedModels.HYPERPARAMETERS,
                    20,
                    new Selection(Selection.By.VALIDATION, 0.25, 0.75),
                    Build.present()),
                null,
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
    assertThat(registry.newestPromoted()).map(TrainedModels::job).contains("job-3");
    assertThat(events)
        .containsExactly(new ModelsChanged("a"), new ModelsChanged("b"), new ModelsChanged("a"));
  }

  @Test
  void aListenerThatFailsDoesNotFailTheRegistration() throws IOException {
    ModelRegistry announcing =
        TestRegistry.ofAnyFiles(
            folder.resolve("models"),
            database,
            event -> {
              if (event instanceof VersionRegistered) {
                throw new IllegalStateException("no memory to evaluate it");
              }
            });

    assertThat(announcing.register(trained("a", "job-1"), Promote.ALWAYS).version()).isEqualTo(1);
    assertThat(inProduction("a")).isEqualTo(1);
  }

  @Test
  void registeringAJobAgainGivesTheSameVersion() throws IOException {
    register("a", "job-1");
    register("a", "job-2");

    assertThat(registry.register(trained("a", "job-1"), Promote.ALWAYS).version()).isEqualTo(1);
    assertThat(versions("a")).hasSize(2);
    assertThat(events).hasSize(2);
    assertThat(registered).extracting(ModelVersion::version).containsExactly(1, 2);
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
  void processesThatRegisterAtOnceNeitherShareANumberNorAFile() throws Exception {
    int jobs = 12;
    List<TrainedModel> models = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      models.add(trained("a", "job-" + i));
    }
    // Two processes register each job at the same time, as when a worker was wrongly taken for
    // dead.
    List<ModelRegistry> processes =
        Stream.generate(this::registry).limit(databases.processes()).toList();
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
          models
              .get(Integer.parseInt(TrainedModels.job(version).substring("job-".length())))
              .checkpoint();
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
}
