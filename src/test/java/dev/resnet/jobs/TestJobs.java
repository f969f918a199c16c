package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.Augmentation;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.LearningRate;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import java.time.Instant;
import java.util.UUID;

/** Jobs, epochs and engines for tests. */
final class TestJobs {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");
  static final EngineDescription ENGINE =
      new EngineDescription(EngineName.DL4J, Precision.FLOAT32, "a processor", "as requested");

  private TestJobs() {}

  static TrainingConfig config(int epochs) {
    return new TrainingConfig(
        1,
        "synthetic",
        epochs,
        10,
        new LearningRate.Constant(0.1),
        0.9,
        1e-4,
        Augmentation.NONE,
        EngineName.AUTO,
        Precision.AUTO,
        1,
        null,
        null);
  }

  static NewJob request(int epochs) {
    return new NewJob("a job", "a-model", config(epochs), null, Promote.IF_BETTER);
  }

  static TrainingJob queued() {
    return TrainingJob.queued(UUID.randomUUID().toString(), request(3), 1234, 30, NOW);
  }

  static RegisteredModel registered(int version) {
    return new RegisteredModel(version, new Promotion(true, "Nothing was in production."));
  }

  /** Metrics that differ in each epoch; in a long run the best epoch is 2. */
  static EpochMetrics epoch(int epoch) {
    return new EpochMetrics(
        epoch,
        0.1,
        2.0 / epoch,
        0.25,
        1 - 1.0 / (epoch + 1),
        3.0 / epoch,
        epoch == 2 ? 0.99 : epoch / 1000.0,
        1.5,
        1000,
        NOW.plusSeconds(epoch));
  }

  /** The same results of a run at another time. */
  static EpochMetrics atAnotherTime(EpochMetrics e) {
    return new EpochMetrics(
        e.epoch(),
        e.learningRate(),
        e.trainCrossEntropy(),
        e.l2Loss(),
        e.trainAccuracy(),
        e.testLoss(),
        e.testAccuracy(),
        9,
        99,
        NOW.plusSeconds(999));
  }

  /** The same with results on validation images. */
  static EpochMetrics validated(int epoch, double loss, double accuracy) {
    EpochMetrics e = epoch(epoch);
    return new EpochMetrics(
        epoch,
        e.learningRate(),
        e.trainCrossEntropy(),
        e.l2Loss(),
        e.trainAccuracy(),
        e.testLoss(),
        e.testAccuracy(),
        e.seconds(),
        e.imagesPerSecond(),
        e.finishedAt(),
        new EpochMetrics.Validation(loss, accuracy));
  }
}
