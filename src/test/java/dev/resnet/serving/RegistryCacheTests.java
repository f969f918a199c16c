package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.database.InMemoryH2;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.ModelsChanged;
import dev.resnet.models.ModelsProperties;
import dev.resnet.models.TestRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.models.UnknownModelException;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Picture;
import dev.resnet.training.checkpoint.Promote;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.util.unit.DataSize;

/** The cache of a process whose registry is shared with other processes. */
class RegistryCacheTests {
  /** So long that polling has no effect. */
  private static final Duration NEVER = Duration.ofMinutes(10);

  private static final Duration SOON = Duration.ofMillis(10);
  private static final Images ONE = Images.of(List.of(Picture.black(ImageShape.CIFAR)));

  @TempDir private Path folder;
  private final SwitchedDatabase database = new SwitchedDatabase(InMemoryH2.emptyDatabase());
  private final List<AutoCloseable> open = new ArrayList<>();
  private final AtomicInteger loaded = new AtomicInteger();
  private ModelRegistry elsewhere;

  @BeforeEach
  void migrate() {
    Flyway.configure().dataSource(database).load().migrate();
    elsewhere = registry(event -> {});
  }

  @AfterEach
  void stop() throws Exception {
    database.comeBack();
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private ModelRegistry registry(ApplicationEventPublisher events) {
    return TestRegistry.ofAnyFiles(folder.resolve("models"), database, events);
  }

  /** A process with its own registry object, which publishes the changes of this process. */
  private final class Process {
    private final ExecutorService background = Executors.newSingleThreadExecutor();
    private final Classifier classifier =
        new Classifier(
            new LoadedModels(
                folder.resolve("models"), (file, shape) -> engine(), DataSize.ofMegabytes(64)),
            background,
            System::nanoTime,
            new InferenceMetrics(new SimpleMeterRegistry()),
            Admissions.wide());
    private @Nullable RegistryCache served;
    private final ModelRegistry registry =
        registry(
            event -> {
              if (served != null) {
                if (event instanceof ModelsChanged changed) {
                  served.on(changed);
                }
              }
            });

    Process(Duration poll, Duration lookup, boolean serves) {
      served =
          new RegistryCache(
              registry,
              classifier,
              new ModelsProperties(true, poll, lookup, Duration.ofSeconds(10)),
              serves,
              null);
      open.add(served);
      open.add(classifier);
      served.start();
    }

    @Nullable Integer promoted(String name) {
      try {
        return served.promoted(name).version();
      } catch (UnknownModelException e) {
        return null;
      }
    }
  }

  private InferenceEngine engine() {
    loaded.incrementAndGet();
    return new InferenceEngine() {
      @Override
      public float[][] activationMaps(float[] images, int[] classes) {
        throw new UnsupportedOperationException();
      }

      @Override
      public float[][] probabilities(float[] images, int count) {
        return new float[count][10];
      }

      @Override
      public void close() {}
    };
  }

  private static void register(ModelRegistry registry, Path folder, String name, String job)
      throws Exception {
    Path file = folder.resolve(job + ".zip");
    Files.writeString(file, job);
    registry.register(TrainedModels.of(file, name, job), Promote.ALWAYS);
  }

  private void register(ModelRegistry registry, String name, String job) throws Exception {
    register(registry, folder, name, job);
  }

  @Test
  void changesOfThisProcessTakeEffectAtOnce() throws Exception {
    var process = new Process(NEVER, NEVER, true);
    register(process.registry, "a", "job-1");
    register(process.registry, "a", "job-2");
    assertThat(process.promoted("a")).isEqualTo(2);

    process.registry.aliases().rollBack("a", 1);
    assertThat(process.promoted("a")).isEqualTo(1);
    process.registry.promote("a", 2);
    assertThat(process.promoted("a")).isEqualTo(2);
    assertThat(process.served.version("a", 1)).isNotNull();
    process.registry.delete("a", 1);
    assertThatThrownBy(() -> process.served.version("a", 1))
        .isInstanceOf(UnknownModelException.class);
  }

  @Test
  void changesOfAnotherProcessAreSeenByPolling() throws Exception {
    register(elsewhere, "a", "job-1");
    register(elsewhere, "b", "job-2");
    var process = new Process(SOON, NEVER, true);
    await().until(() -> process.served.newestPromoted().name().equals("b"));
    process.classifier.classify(process.served.version("a", 1), ONE);

    register(elsewhere, "a", "job-3");
    await().until(() -> Integer.valueOf(2).equals(process.promoted("a")));
    await().until(() -> process.served.newestPromoted().name().equals("a"));
    await()
        .until(
            () -> process.classifier.loaded().stream().map(ModelVersion::version).toList(),
            List.of(1, 2)::equals);

    elsewhere.delete("a", 1);
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> process.served.version("a", 1))
                    .isInstanceOf(UnknownModelException.class));
    await()
        .until(
            () -> process.classifier.loaded().stream().map(ModelVersion::version).toList(),
            List.of(2)::equals);
  }

  @Test
  void anUncachedModelIsLookedUp() throws Exception {
    var process = new Process(NEVER, NEVER, true);
    assertThat(process.promoted("a")).isNull();
    assertThatThrownBy(() -> process.served.newestPromoted())
        .isInstanceOf(UnknownModelException.class);

    register(elsewhere, "a", "job-1");
    assertThat(process.promoted("a")).isEqualTo(1);
    assertThat(process.served.newestPromoted()).isNotNull();
    assertThat(process.served.version("a", 1)).isNotNull();
    assertThatThrownBy(() -> process.served.version("a", 2))
        .isInstanceOf(UnknownModelException.class);
  }

  @Test
  void anAliasThatAnotherProcessMovesIsFollowedAndItsVersionLoaded() throws Exception {
    register(elsewhere, "a", "job-1");
    register(elsewhere, "a", "job-2");
    elsewhere.aliases().point("a", "canary", 1);
    var process = new Process(SOON, NEVER, true);
    assertThat(process.served.aliased("a", "canary").version()).isEqualTo(1);
    assertThatThrownBy(() -> process.served.aliased("a", "blue"))
        .isInstanceOf(UnknownModelException.class)
        .hasMessageContaining("no alias 'blue'. It has: canary, production.");
    process.served.refresh();

    elsewhere.aliases().point("a", "canary", 2);

    await().until(() -> process.served.aliased("a", "canary").version() == 2);
    await().until(() -> process.classifier.loaded().size() == 1);
    elsewhere.aliases().delete("a", "canary");
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> process.served.aliased("a", "canary"))
                    .isInstanceOf(UnknownModelException.class));
  }

  /** Connections block until the end of the test, so no answer can come from the database. */
  @Test
  void cachedEntriesAreUsedWithoutTheDatabase() throws Exception {
    register(elsewhere, "a", "job-1");
    register(elsewhere, "a", "job-2");
    elsewhere.aliases().point("a", "canary", 1);
    var process = new Process(NEVER, Duration.ofMillis(10), true);
    process.served.refresh();
    process.served.version("a", 1);

    database.goAway();

    ModelVersion promoted = process.served.promoted("a");
    assertThat(process.classifier.classifyWithPromoted(promoted, ONE).version().version())
        .isEqualTo(2);
    assertThat(process.served.version("a", 2)).isNotNull();
    assertThat(process.served.version("a", 1)).isNotNull();
    assertThat(process.served.newestPromoted().version()).isEqualTo(2);
    ModelVersion canary = process.served.aliased("a", "canary");
    assertThat(
            process
                .classifier
                .classifyWithAlias("canary", canary, ONE, Options.NONE)
                .version()
                .version())
        .isEqualTo(1);
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> process.served.promoted("b"))
          .isInstanceOf(RegistryAwayException.class);
      assertThatThrownBy(() -> process.served.version("a", 3))
          .isInstanceOf(RegistryAwayException.class);
    }
  }

  @Test
  void onceTheDatabaseIsBackItIsUsedAgain() throws Exception {
    var process = new Process(SOON, NEVER, true);
    database.refuse();
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> process.served.promoted("a"))
                    .isInstanceOf(RegistryAwayException.class));

    database.comeBack();
    register(elsewhere, "a", "job-1");
    await()
        .ignoreException(RegistryAwayException.class)
        .until(() -> Integer.valueOf(1).equals(process.promoted("a")));
  }

  @Test
  void aProcessThatServesLoadsWhatItPromotes() throws Exception {
    var process = new Process(NEVER, NEVER, true);
    await().until(() -> process.served.isRunning());
    process.served.refresh();

    register(process.registry, "a", "job-1");

    await().until(() -> process.classifier.loaded().size() == 1);
  }

  @Test
  void aProcessThatDoesNotServeReadsAndLoadsNothing() throws Exception {
    var worker = new Process(SOON, NEVER, false);

    register(worker.registry, "a", "job-1");

    assertThat(worker.served.isRunning()).isFalse();
    // Wait until the loading thread has finished all its tasks.
    worker.background.submit(() -> {}).get();
    assertThat(loaded).hasValue(0);
  }
}
