package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.engine.Precision;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.TestRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.Picture;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.TrainedModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.springframework.util.unit.DataSize;

/** Registry and classifier together, with real networks. */
class ServingTests {
  private static final int VERSIONS = 6;
  private static final int THREADS = 8;

  @TempDir private Path folder;
  private ModelRegistry registry;
  private Classifier classifier;

  @BeforeEach
  void start() {
    var database = new JdbcDataSource();
    database.setURL(
        "jdbc:h2:mem:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1"
            .formatted(UUID.randomUUID()));
    Flyway.configure().dataSource(database).load().migrate();
    InferenceEngines engines = InferenceEngines.in(Precision.FLOAT32);
    classifier =
        new Classifier(
            new LoadedModels(folder.resolve("models"), engines, DataSize.ofMegabytes(2)),
            Executors.newSingleThreadExecutor(),
            System::nanoTime,
            new InferenceMetrics(new SimpleMeterRegistry()),
            Admissions.wide());
    registry = TestRegistry.of(folder.resolve("models"), database);
  }

  @AfterEach
  void stop() {
    classifier.close();
  }

  private static List<Picture> pictures(int count) {
    var random = new Random(1);
    var pictures = new ArrayList<Picture>();
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[ImageShape.CIFAR.values()];
      random.nextBytes(pixels);
      pictures.add(new Picture(ImageShape.CIFAR, pixels));
    }
    return pictures;
  }

  /** The predictions of the graph itself, with the input scaling of training. */
  private static float[][] expected(ComputationGraph graph, List<Picture> pictures) {
    var normalization = new Normalization(TrainedModels.MEAN, TrainedModels.DEVIATION);
    INDArray input = Nd4j.create(pictures.size(), 3, 32, 32);
    for (int i = 0; i < pictures.size(); i++) {
      byte[] pixels = pictures.get(i).pixels();
      for (int at = 0; at < pixels.length; at++) {
        int pixel = at / 3;
        float value = normalization.table()[at % 3][pixels[at] & 0xff];
        input.putScalar(new int[] {i, at % 3, pixel / 32, pixel % 32}, value);
      }
    }
    return graph.outputSingle(input).toFloatMatrix();
  }

  private static void assertSame(float[][] answer, float[][] expected) {
    assertThat(answer.length).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(answer[i]).containsExactly(expected[i], within(1e-5f));
    }
  }

  @Test
  void aTrainedModelPredictsTheSameAsItsNetwork() throws Exception {
    ComputationGraph graph = TrainedModels.network(1);
    registry.register(TrainedModels.trained(folder, "a", "job-1", graph), Promote.ALWAYS);
    List<Picture> pictures = pictures(5);

    Classification answer =
        classifier.classifyWithPromoted(registry.promoted("a").orElseThrow(), Images.of(pictures));

    assertSame(answer.probabilities(), expected(graph, pictures));
  }

  @Test
  void aNetworkWithAParameterThatIsNotFiniteIsNotRegistered() throws Exception {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      ComputationGraph graph = TrainedModels.network(1);
      graph.params().putScalar(graph.params().length() - 1, value);
      TrainedModel diverged = TrainedModels.trained(folder, "a", "job-" + value, graph);

      assertThatThrownBy(() -> registry.register(diverged, Promote.ALWAYS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("diverged")
          .hasMessageContaining("the parameter output_b is not finite")
          .hasMessageContaining("lower learning rate");
    }
    assertThat(registry.listing().names()).isEmpty();
    assertThat(folder.resolve("models")).doesNotExist();
  }

  /**
   * An OpenMP thread team that belongs to an idle thread slows down training in the same process.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void loadingAModelLeavesNoOpenMpThreadsBehind() throws Exception {
    ComputationGraph graph = new ResNetSpec(3, 10).initialise(1, 0.9);
    Path file = TrainedModels.trained(folder, "a", "job-1", graph).checkpoint().path();
    var loader = Executors.newSingleThreadExecutor(task -> new Thread(task, "loads-a-model"));
    try {
      loader
          .submit(() -> InferenceEngines.in(Precision.AUTO).open(file, ImageShape.CIFAR))
          .get()
          .close();
      assertThat(nativeThreads("loads-a-model")).isOne();
    } finally {
      loader.shutdownNow();
    }
  }

  /** OpenMP threads have the name of the thread that created them. */
  private static long nativeThreads(String name) throws IOException {
    long count = 0;
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        try {
          count += Files.readString(task.resolve("comm")).strip().equals(name) ? 1 : 0;
        } catch (NoSuchFileException e) {
          // It has ended.
        }
      }
    }
    return count;
  }

  @Test
  void everyResponseComesFromOneVersionWhileNewOnesAreRegistered() throws Exception {
    List<Picture> pictures = pictures(3);
    List<ComputationGraph> graphs = new ArrayList<>();
    List<float[][]> expected = new ArrayList<>();
    for (int seed = 1; seed <= VERSIONS; seed++) {
      graphs.add(TrainedModels.network(seed));
      expected.add(expected(graphs.get(seed - 1), pictures));
    }
    registry.register(TrainedModels.trained(folder, "a", "job-1", graphs.get(0)), Promote.ALWAYS);

    var done = new AtomicBoolean();
    var threads = Executors.newFixedThreadPool(THREADS);
    List<Future<List<Classification>>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      running.add(
          threads.submit(
              () -> {
                var answers = new ArrayList<Classification>();
                // Classify once more after the last registration.
                for (boolean last = false; !last; ) {
                  last = done.get();
                  ModelVersion promoted = registry.promoted("a").orElseThrow();
                  answers.add(classifier.classifyWithPromoted(promoted, Images.of(pictures)));
                }
                return answers;
              }));
    }
    for (int i = 1; i < VERSIONS; i++) {
      registry.register(
          TrainedModels.trained(folder, "a", "job-" + (i + 1), graphs.get(i)), Promote.ALWAYS);
    }
    done.set(true);

    int answers = 0;
    for (var thread : running) {
      for (Classification answer : thread.get()) {
        assertSame(answer.probabilities(), expected.get(answer.version().version() - 1));
        answers++;
      }
    }
    threads.shutdownNow();
    assertThat(answers).isGreaterThanOrEqualTo(THREADS);
    Classification last =
        classifier.classify(registry.promoted("a").orElseThrow(), Images.of(pictures));
    assertThat(last.version().version()).isEqualTo(VERSIONS);
  }
}
