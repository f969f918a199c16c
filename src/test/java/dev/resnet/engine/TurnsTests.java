package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may compute, by a clock that the tests move. */
class TurnsTests {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final AtomicLong now = new AtomicLong();
  private final Turns turns = new Turns(now::get, Long.MAX_VALUE);

  /** Images are computed for so long. */
  private void classify(long milliseconds) {
    turns.beginClassification();
    now.addAndGet(milliseconds * MS);
    turns.endClassification();
  }

  /** Until the other thread waits. */
  private void awaitWaiting() {
    while (turns.waiting() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void withoutATrainingClassificationIsNeverHeld() {
    classify(10_000);
    assertThat(turns.isHeld()).isFalse();
    turns.beginTraining().close();
    classify(10_000);
    assertThat(turns.isHeld()).isFalse();
  }

  @Test
  void classificationIsHeldOnceItHasTakenMoreThanItsPart() {
    turns.trainingKeeps(0.75);
    try (var training = turns.beginTraining()) {
      classify(266); // 200 saved, and a quarter of the 266 that pass
      assertThat(turns.isHeld()).isFalse();
      classify(1);
      assertThat(turns.isHeld()).isTrue();
      now.addAndGet(398 * MS); // a quarter of this is not yet half of the 200
      assertThat(turns.isHeld()).isTrue();
      now.addAndGet(5 * MS);
      assertThat(turns.isHeld()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.95})
  void noClassificationIsHeldForLongerThanTwoSeconds(double share) {
    turns.trainingKeeps(share);
    try (var training = turns.beginTraining()) {
      classify(60_000);
      now.addAndGet(Turns.LONGEST_HOLD + MS);
      assertThat(turns.isHeld()).isFalse();
    }
  }

  @Test
  void whatIsNotUsedIsSavedUpToALimit() {
    turns.trainingKeeps(0.5);
    try (var training = turns.beginTraining()) {
      classify(399);
      now.addAndGet(10_000 * MS);
      classify(399);
      assertThat(turns.isHeld()).isFalse();
      classify(2);
      assertThat(turns.isHeld()).isTrue();
    }
    assertThat(turns.isHeld()).as("after the training").isFalse();
  }

  @Test
  void aTrainingWaitsUntilNothingIsClassified() {
    try (var training = turns.beginTraining()) {
      assertThat(turns.hasTraining()).isTrue();
      training.pause();
      turns.beginClassification();
      turns.beginClassification();
      var step = CompletableFuture.runAsync(training::pause);
      awaitWaiting();
      turns.endClassification();
      assertThat(turns.waiting()).isOne();
      turns.endClassification();
      assertThat(turns.waiting()).isZero();
      step.join();
    }
  }

  @Test
  void theEndOfATrainingLetsClassificationGoOn() {
    var training = turns.beginTraining();
    classify(1000);
    var classified = CompletableFuture.runAsync(() -> classify(1));
    awaitWaiting();
    training.close();
    assertThat(turns.waiting()).isZero();
    training.close();
    classified.join();
  }

  @Test
  void aShareHasLimits() {
    turns.trainingKeeps(0);
    turns.trainingKeeps(0.95);
    for (double wrong : new double[] {-0.01, 0.951, Double.NaN}) {
      assertThatThrownBy(() -> turns.trainingKeeps(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
