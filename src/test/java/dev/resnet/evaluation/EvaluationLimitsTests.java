package dev.resnet.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.ImageMemory;
import dev.resnet.evaluation.Evaluations.Images;
import dev.resnet.memory.BusyException;
import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Evaluations beside other work: its memory, its end, and each other. */
class EvaluationLimitsTests extends EvaluatorFixture {
  @Test
  void aListIsMadeWithoutTheMatrices() {
    Evaluation made = evaluations.evaluate(version, OWN, false).evaluation();
    var jdbc = JdbcClient.create(healthy);
    String metrics = jdbc.sql("select metrics from model_evaluation").query(String.class).single();
    var expected =
        new ListedEvaluation(
            made.id(),
            made.dataset(),
            made.dataSha256(),
            made.split(),
            made.engine(),
            made.precision(),
            made.seconds(),
            made.createdAt(),
            ListedEvaluation.Figures.of(made.metrics()));

    jdbc.sql("update model_evaluation set metrics = 'not read'").update();
    assertThat(evaluations.list(version, true, 10, 0)).containsExactly(expected);
    jdbc.sql("update model_evaluation set metrics = ?, figures = null").param(metrics).update();
    assertThat(evaluations.list(version, true, 10, 0))
        .as("a row of an earlier version")
        .containsExactly(expected);
  }

  @Test
  void aRefreshBesideAReadIsNotNoticed() {
    Evaluation made = evaluations.evaluate(version, OWN, false).evaluation();
    var jdbc = JdbcClient.create(healthy);
    // As it was before the refresh, whose file is gone.
    jdbc.sql("update model_evaluation set id = 'old', file = 'net/gone.bin'").update();
    var connections = new AtomicInteger();
    var refreshed =
        new DelegatingDataSource(healthy) {
          @Override
          public Connection getConnection() throws SQLException {
            if (connections.incrementAndGet() == 2) {
              jdbc.sql("update model_evaluation set id = ?, file = ?")
                  .params(made.id(), made.file())
                  .update();
            }
            return super.getConnection();
          }
        };
    var reading =
        new Evaluations(
            evaluator,
            images,
            new EvaluationRows(JdbcClient.create(refreshed)),
            new PredictionFiles(models()));

    assertThat(reading.mistakes(version, OWN, null, null).evaluation().id()).isEqualTo(made.id());
    assertThat(connections).hasValue(2);
  }

  @Test
  void whatDoesNotFitIntoMemoryIsRefusedBeforeItIsLoaded() {
    catalog.loading =
        () -> {
          throw new AssertionError("loaded");
        };
    long needed = 2L * LabelledNoise.IMAGES * ImageShape.CIFAR.values();
    images = new LabelledImages(catalog, new ImageMemory(needed));
    open(models());
    assertThatThrownBy(() -> evaluations.evaluate(version, OWN, false))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.reason()).isEqualTo(EvaluationException.Reason.TOO_LARGE))
        .hasMessageContaining("-Xmx");

    var shared = new ImageMemory(2 * needed);
    images = new LabelledImages(catalog, shared);
    open(models());
    try (var job = shared.hold(catalog.info("reversed").orElseThrow())) {
      assertThatThrownBy(() -> evaluations.evaluate(version, OWN, false))
          .isInstanceOfSatisfying(
              EvaluationException.class,
              e -> assertThat(e.reason()).isEqualTo(EvaluationException.Reason.UNAVAILABLE))
          .hasMessageContaining("when these jobs have ended");
    }
    catalog.loading = () -> {};
    assertThat(evaluations.evaluate(version, OWN, false).cached()).isFalse();
  }

  @Test
  void anEvaluationIsStoppedBetweenTwoBatches() throws Exception {
    var news = new NewVersions(evaluator, images, true, 1);
    var asked = new AtomicInteger();
    // While it waits for its turn, then before each of its three batches.
    BooleanSupplier afterTheFirstBatch = () -> asked.incrementAndGet() == 3;
    assertThatThrownBy(
            () ->
                news.testAccuracy(version, "synthetic", LabelledNoise.SHA_256, afterTheFirstBatch))
        .isInstanceOf(CancellationException.class);
    assertThat(asked).hasValue(3);
    assertThat(evaluations.count(version)).isZero();

    news.stop();
    assertThatThrownBy(() -> evaluations.evaluate(version, OWN, false))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("The service is being stopped.");
    assertThat(news.testAccuracy(version, "synthetic", LabelledNoise.SHA_256, () -> false))
        .as("a job that is still registering its model may need it")
        .isPresent();
    news.close();
  }

  @Test
  void oneEvaluationRunsAtATime() throws Exception {
    var loading = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    catalog.loading =
        () -> {
          loading.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        };
    var first = CompletableFuture.supplyAsync(() -> evaluations.evaluate(version, OWN, false));
    loading.await();
    assertThatThrownBy(() -> evaluations.evaluate(version, Images.of(null, Split.TRAIN), false))
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("resnet.evaluation.longest-wait");
    goOn.countDown();
    assertThat(first.get().cached()).isFalse();
  }
}
