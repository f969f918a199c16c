package dev.resnet.evaluation;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.data.ImageMemory;
import dev.resnet.database.DyingDatabase;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Precision;
import dev.resnet.evaluation.Evaluations.Images;
import dev.resnet.files.Disk;
import dev.resnet.jobs.TestDatabase;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.TestRegistry;
import dev.resnet.models.TrainedModels;
import dev.resnet.training.checkpoint.Promote;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An evaluator of a registry with one version, on noise. */
abstract class EvaluatorFixture {
  static final Images OWN = Images.of(null, Split.TEST);
  static final ComputationGraph NETWORK = TrainedModels.network(1);

  /** The precision is that of the training. */
  static final EngineName ENGINE =
      Engines.refusal(EngineName.ONEDNN, Precision.FLOAT32).isEmpty()
          ? EngineName.ONEDNN
          : EngineName.DL4J;

  @TempDir Path home;
  final Disk disk = new Disk();
  final HikariDataSource healthy = TestDatabase.h2();
  final DyingDatabase database = new DyingDatabase(healthy, disk::dead);
  final LabelledNoise catalog = new LabelledNoise();
  LabelledImages images = new LabelledImages(catalog, new ImageMemory(1 << 30));
  ModelRegistry registry;
  Evaluator evaluator;
  Evaluations evaluations;
  ModelVersion version;

  @BeforeEach
  final void register() throws IOException {
    registry = TestRegistry.of(models(), database);
    open(models());
    version = registered("job-1", NETWORK);
  }

  final Path models() {
    return home.resolve("models");
  }

  final void open(Path models) {
    var rows = new EvaluationRows(JdbcClient.create(database));
    var files = new PredictionFiles(models);
    evaluator =
        new Evaluator(
            images,
            new Networks(models(), ENGINE),
            rows,
            files,
            registry,
            Duration.ZERO,
            Clock.systemUTC());
    evaluations = new Evaluations(evaluator, images, rows, files);
  }

  final ModelVersion registered(String job, ComputationGraph graph) throws IOException {
    int number =
        registry.register(TrainedModels.trained(home, "net", job, graph), Promote.NEVER).version();
    return registry.lookup().version("net", number);
  }

  @AfterEach
  final void close() {
    healthy.close();
  }
}
