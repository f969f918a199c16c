package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.InferenceEngine;
import dev.resnet.files.Sha256;
import dev.resnet.models.AliasRows;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Picture;
import dev.resnet.pictures.ResizePolicy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/**
 * Loading, unloading and replacing versions, with fake engines that return the content of their
 * file.
 */
class ClassifierTests {
  private static final Images ONE = Images.of(List.of(Picture.black(ImageShape.CIFAR)));

  @TempDir private Path models;
  private final AtomicInteger opened = new AtomicInteger();
  private final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
  private final AtomicLong now = new AtomicLong();
  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private Consumer<String> whileOpening = content -> {};
  private Consumer<String> whileComputing = content -> {};
  private Classifier classifier;

  /**
   * @param limit in MB, of which an engine takes one
   */
  private Classifier classifier(int limit) {
    return new Classifier(
        new LoadedModels(models, this::open, DataSize.ofMegabytes(limit)),
        background,
        now::get,
        new InferenceMetrics(new SimpleMeterRegistry()),
        Admissions.wide());
  }

  @BeforeEach
  void start() {
    classifier = classifier(4);
  }

  @AfterEach
  void stop() {
    classifier.close();
  }

  private InferenceEngine open(Path file, ImageShape shape) throws IOException {
    String content = Files.readString(file);
    whileOpening.accept(content);
    opened.incrementAndGet();
    AtomicInteger users = open.computeIfAbsent(content, c -> new AtomicInteger());
    return new DigitEngine(content, users, c -> whileComputing.accept(c));
  }

  private ModelVersion version(String name, int number, String content) throws IOException {
    String file = "%s/%d/model.zip".formatted(name, number);
    Path path = models.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    Instant created = Instant.parse("2026-11-23T12:00:00Z").plusSeconds(number);
    return new ModelVersion(
        name,
        number,
        3,
        TrainedModels.CLASSES,
        ImageShape.CIFAR,
        ResizePolicy.CROP,
        List.of(0.5f, 0.5f, 0.5f),
        List.of(0.25f, 0.25f, 0.25f),
        file,
        Files.size(path),
        Sha256.of(path),
        created,
        created,
        null,
        null,
        "");
  }

  /** The predicted class, which identifies the version's file. */
  private static int answered(Classification answer) {
    float[] row = answer.probabilities()[0];
    for (int i = 0; i < row.length; i++) {
      if (row[i] == 1) {
        return i;
      }
    }
    throw new AssertionError("no class");
  }

  @Test
  void aVersionIsLoadedOnceAndOnlyOnRequest() throws Exception {
    ModelVersion version = version("a", 1, "1");
    assertThat(opened).hasValue(0);

    assertThat(answered(classifier.classify(version, ONE))).isEqualTo(1);
    assertThat(answered(classifier.classify(version, ONE))).isEqualTo(1);
    assertThat(opened).hasValue(1);
  }

  @Test
  void concurrentRequestsShareOneLoad() throws Exception {
    ModelVersion version = version("a", 1, "1");
    var start = new CountDownLatch(1);
    var threads = Executors.newFixedThreadPool(16);
    try {
      List<Future<Classification>> answers =
          IntStream.range(0, 16)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            start.await();
                            return classifier.classify(version, ONE);
                          }))
              .toList();
      start.countDown();
      for (var answer : answers) {
        assertThat(answered(answer.get())).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(opened).hasValue(1);
  }

  @Test
  void theLeastRecentlyUsedVersionIsEvicted() throws Exception {
    classifier = classifier(2);
    ModelVersion a = version("a", 1, "1");
    ModelVersion b = version("b", 1, "2");
    ModelVersion c = version("c", 1, "3");
    classifier.classify(a, ONE);
    classifier.classify(b, ONE);
    classifier.classify(a, ONE);
    classifier.classify(c, ONE);

    assertThat(open.get("1")).hasValue(1);
    assertThat(open.get("2")).as("closed").hasValue(0);
    assertThat(open.get("3")).hasValue(1);
    assertThat(answered(classifier.classify(b, ONE))).isEqualTo(2);
    assertThat(opened).hasValue(4);
  }

  @Test
  void anEvictedVersionIsClosedByItsLastUser() throws Exception {
    classifier = classifier(1);
    ModelVersion a = version("a", 1, "1");
    ModelVersion b = version("b", 1, "2");
    whileComputing =
        content -> {
          if (content.equals("1")) {
            classifier.classify(b, ONE);
            assertThat(open.get("1")).as("in use").hasValue(1);
          }
        };
    assertThat(answered(classifier.classify(a, ONE))).isEqualTo(1);
    assertThat(open.get("1")).hasValue(0);
    assertThat(open.get("2")).hasValue(1);
  }

  @Test
  void thePreviousVersionServesUntilTheNewOneIsLoaded() throws Exception {
    classifier = classifier(1);
    ModelVersion first = version("a", 1, "1");
    ModelVersion second = version("a", 2, "2");
    var mayLoad = new CountDownLatch(1);
    whileOpening =
        content -> {
          if (content.equals("2")) {
            try {
              mayLoad.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    classifier.classifyWithPromoted(first, ONE);

    for (int i = 0; i < 5; i++) {
      Classification answer = classifier.classifyWithPromoted(second, ONE);
      assertThat(answer.version()).isEqualTo(first);
      assertThat(answered(answer)).isEqualTo(1);
    }
    mayLoad.countDown();
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(classifier.classifyWithPromoted(second, ONE).version())
                    .isEqualTo(second));
    assertThat(opened).as("loaded once each").hasValue(2);
    assertThat(open.get("1")).hasValue(0);
  }

  @Test
  void aPreparedVersionIsInMemoryAtTheFirstRequest() throws Exception {
    ModelVersion version = version("a", 1, "1");
    classifier.prepare(AliasRows.PRODUCTION, version);

    Awaitility.await().untilAsserted(() -> assertThat(opened).hasValue(1));
    classifier.classifyWithPromoted(version, ONE);
    assertThat(opened).hasValue(1);
  }

  @Test
  void aVersionThatCannotAnswerLeavesItsPredecessorServing() throws Exception {
    ModelVersion first = version("a", 1, "1");
    ModelVersion diverged = version("a", 2, "NaN");
    classifier.classifyWithPromoted(first, ONE);
    classifier.prepare(AliasRows.PRODUCTION, diverged);
    background.submit(() -> {}).get(); // the preparation is over

    assertThat(classifier.classifyWithPromoted(diverged, ONE).version()).isEqualTo(first);
  }

  @Test
  void aWarmedUpVersionServesTheNextRequest() throws Exception {
    ModelVersion first = version("a", 1, "1");
    ModelVersion second = version("a", 2, "2");
    ModelVersion diverged = version("a", 3, "NaN");
    Thread client = Thread.currentThread();
    classifier.classifyWithPromoted(first, ONE);
    var computed = new AtomicInteger();
    whileComputing = content -> computed.addAndGet(content.equals("2") ? 1 : 0);

    classifier.warmUp(second);
    assertThat(computed).as("a batch").hasValue(1);
    classifier.switchTo(AliasRows.PRODUCTION, second);
    // Even if it was evicted in the meantime.
    classifier.forget(second);
    classifier.switchTo(AliasRows.PRODUCTION, second);

    // Even if a slow request answers with its predecessor now, and it is prepared once more.
    classifier.classifyWithPromoted(first, ONE);
    var begun = new CountDownLatch(1);
    var answered = new CompletableFuture<Void>();
    whileComputing =
        content -> {
          if (!Thread.currentThread().equals(client)) {
            begun.countDown();
            answered.join();
          }
        };
    classifier.prepare(AliasRows.PRODUCTION, second);
    begun.await();

    assertThat(answered(classifier.classifyWithPromoted(second, ONE))).isEqualTo(2);
    answered.complete(null);
    assertThatThrownBy(() -> classifier.warmUp(diverged))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("diverged");
  }

  @Test
  void aForgottenVersionIsClosedByItsLastUser() throws Exception {
    ModelVersion a = version("a", 1, "1");
    whileComputing =
        content -> {
          classifier.forget(a);
          assertThat(open.get("1")).as("in use").hasValue(1);
        };
    assertThat(answered(classifier.classify(a, ONE))).isEqualTo(1);
    assertThat(open.get("1")).hasValue(0);
    assertThat(classifier.loaded()).isEmpty();
  }

  @Test
  void aVersionThatIsForgottenWhileItLoadsIsNotKept() throws Exception {
    ModelVersion a = version("a", 1, "1");
    var once = new AtomicInteger();
    whileOpening =
        content -> {
          if (once.getAndIncrement() == 0) {
            classifier.forget(a);
          }
        };
    assertThat(answered(classifier.classify(a, ONE))).isEqualTo(1);
    assertThat(opened).as("loaded again for the request").hasValue(2);
    assertThat(open.get("1")).as("the first one is closed").hasValue(1);
  }

  @Test
  void aDamagedFileAffectsOnlyItsVersion() throws Exception {
    ModelVersion damaged = version("a", 1, "1");
    ModelVersion good = version("b", 1, "2");
    Path file = models.resolve(damaged.file());
    Files.writeString(file, "3");

    assertThatThrownBy(() -> classifier.classify(damaged, ONE))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("model 'a' version 1 is damaged")
        .message()
        .doesNotContain("model.zip");
    assertThat(answered(classifier.classify(good, ONE))).isEqualTo(2);

    Files.delete(file);
    assertThatThrownBy(() -> classifier.classify(damaged, ONE))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("model 'a' version 1 is missing");

    Files.writeString(file, "1");
    assertThat(answered(classifier.classify(damaged, ONE))).as("restored").isEqualTo(1);
  }

  @Test
  void ifAPromotedVersionCannotBeLoadedThePreviousOneStaysInUse() throws Exception {
    ModelVersion first = version("a", 1, "1");
    ModelVersion second = version("a", 2, "2");
    var attempts = new AtomicInteger();
    whileOpening =
        content -> {
          if (content.equals("2") && attempts.incrementAndGet() < 3) {
            throw new IllegalStateException("out of some resource");
          }
        };
    classifier.classifyWithPromoted(first, ONE);

    assertThat(classifier.classifyWithPromoted(second, ONE).version()).isEqualTo(first);
    awaitBackground();
    assertThat(classifier.classifyWithPromoted(second, ONE).version()).isEqualTo(first);
    awaitBackground();
    assertThat(attempts).as("not retried for a while").hasValue(1);

    for (int attempt = 2; attempt <= 3; attempt++) {
      now.addAndGet(Classifier.RETRY_AFTER.toNanos());
      assertThat(classifier.classifyWithPromoted(second, ONE).version()).isEqualTo(first);
      awaitBackground();
      assertThat(attempts).hasValue(attempt);
    }
    assertThat(classifier.classifyWithPromoted(second, ONE).version()).isEqualTo(second);
  }

  private void awaitBackground() throws Exception {
    background.submit(() -> {}).get(10, TimeUnit.SECONDS);
  }

  @Test
  void aDivergedNetworkAndOneWithOtherClassesAreReported() throws Exception {
    ModelVersion diverged = version("a", 1, "NaN");
    ModelVersion unfit = version("b", 1, "short");

    assertThatThrownBy(() -> classifier.classify(diverged, ONE))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("model 'a' version 1")
        .hasMessageContaining("diverged");
    assertThatThrownBy(() -> classifier.classify(unfit, ONE))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("2 outputs, but 10 classes");
  }
}
