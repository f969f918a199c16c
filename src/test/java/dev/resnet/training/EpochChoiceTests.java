package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochChoiceTests {

  @Test
  void theBestHasTheHighestValidationAccuracyThenTheLowestLossThenIsTheEarliest() {
    assertThat(best(validated(0.5, 1, 0.9), validated(0.6, 2, 0.1))).isEqualTo(2);
    assertThat(best(validated(0.6, 1, 0.1), validated(0.6, 0.9, 0.1))).isEqualTo(2);
    assertThat(best(validated(0.6, 1, 0.1), validated(0.6, 1, 0.9))).isEqualTo(1);
  }

  @Test
  void withoutValidationImagesTheTestAccuracyOnlySaysWhichCheckpointIsShownAsBest() {
    assertThat(best(tested(0.5), tested(0.7), tested(0.7))).isEqualTo(2);
    List<EpochMetrics> history = numbered(tested(0.5), tested(0.7), tested(0.6));
    assertThat(EpochChoice.kept(config(0, Keep.LAST, null), history).epoch()).isEqualTo(3);
  }

  @Test
  void keepSaysWhichEpochBecomesTheModel() {
    List<EpochMetrics> history =
        numbered(validated(0.5, 1, 1), validated(0.8, 1, 0), validated(0.7, 1, 0.5));
    assertThat(EpochChoice.kept(config(0.1, Keep.BEST, null), history).epoch()).isEqualTo(2);
    assertThat(EpochChoice.kept(config(0.1, Keep.LAST, null), history).epoch()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    // The loss of each epoch; patience; min_delta; the epoch after which the training ends
    "'1.0 0.9 0.8 0.7', 1, 0, 0",
    "'1.0 1.0', 1, 0, 2",
    "'1.0 0.9 0.95 0.95 0.85 0.95 0.95 0.95', 3, 0, 8",
    "'1.0 0.9 0.95 0.95 0.95', 3, 0, 5",
    "'1.0 0.95', 1, 0.1, 2",
    "'1.0 0.75', 1, 0.25, 0",
    "'1.0 0.875 0.75', 2, 0.25, 0",
    "'1.0 0.875 0.8', 2, 0.25, 3",
    "'1.0 1.5 1.5 0.5', 9, 0, 0",
  })
  void stopsAfterSoManyEpochsInARowWithoutAnImprovement(
      String losses, int patience, double minDelta, int end) {
    var config = config(0.1, Keep.LAST, new EarlyStopping(patience, minDelta));
    List<EpochMetrics> history = new ArrayList<>();
    int ended = 0;
    for (String loss : losses.split(" ")) {
      history.add(numbered(history.size() + 1, validated(0.5, Double.parseDouble(loss), 0)));
      if (ended == 0 && EpochChoice.ended(config, history)) {
        ended = history.size();
      }
    }
    assertThat(ended).isEqualTo(end);
  }

  @Test
  void endsAfterTheLastEpochInAnyCase() {
    var config = config(0.1, Keep.LAST, new EarlyStopping(99, 0));
    EpochMetrics[] all =
        IntStream.range(0, config.epochs())
            .mapToObj(i -> validated(0.5, 1, 0))
            .toArray(EpochMetrics[]::new);
    assertThat(EpochChoice.ended(config, numbered(all))).isTrue();
    assertThat(EpochChoice.ended(config, numbered(all).subList(1, all.length))).isFalse();
    assertThat(EpochChoice.ended(config, List.of())).isFalse();
  }

  @Test
  void theNewestTwoCheckpointsAndTheBestAreKept() {
    assertThat(kept(tested(0.5), tested(0.9), tested(0.7), tested(0.6), tested(0.8)))
        .containsExactly(2, 4, 5);
    assertThat(kept(tested(0.5), tested(0.6), tested(0.7))).containsExactly(2, 3);
    assertThat(kept(tested(0.9), tested(0.9), tested(0.1), tested(0.1))).containsExactly(1, 3, 4);
    assertThat(kept(tested(0.5))).containsExactly(1);
    assertThat(kept()).isEmpty();
  }

  @Test
  void theBestByValidationSurvivesAndTheOneBeforeItUntilItIsNoLongerTheNewest() {
    double[] accuracies = {0.5, 0.8, 0.6, 0.9, 0.7, 0.7, 0.7};
    List<Set<Integer>> kept = new ArrayList<>();
    List<EpochMetrics> present = new ArrayList<>();
    for (int i = 0; i < accuracies.length; i++) {
      present.add(numbered(i + 1, validated(accuracies[i], 1, 1 - accuracies[i])));
      Set<Integer> now = EpochChoice.checkpoints(present);
      present.removeIf(epoch -> !now.contains(epoch.epoch()));
      kept.add(now);
    }
    assertThat(kept)
        .containsExactly(
            Set.of(1),
            Set.of(1, 2),
            Set.of(2, 3),
            Set.of(2, 3, 4), // if epoch 4 turns out damaged, epoch 2 is the best again
            Set.of(4, 5),
            Set.of(4, 5, 6),
            Set.of(4, 6, 7));
  }

  private static int best(EpochMetrics... epochs) {
    return EpochChoice.best(numbered(epochs)).orElseThrow().epoch();
  }

  private static Set<Integer> kept(EpochMetrics... epochs) {
    return new TreeSet<>(EpochChoice.checkpoints(numbered(epochs)));
  }

  private static List<EpochMetrics> numbered(EpochMetrics... epochs) {
    return IntStream.range(0, epochs.length).mapToObj(i -> numbered(i + 1, epochs[i])).toList();
  }

  private static EpochMetrics numbered(int epoch, EpochMetrics of) {
    return new EpochMetrics(
        epoch, 0, 0, 0, 0, 0, of.testAccuracy(), 0, 0, Instant.EPOCH, of.validation());
  }

  private static EpochMetrics tested(double accuracy) {
    return new EpochMetrics(0, 0, 0, 0, 0, 0, accuracy, 0, 0, Instant.EPOCH);
  }

  private static EpochMetrics validated(double accuracy, double loss, double testAccuracy) {
    var validation = new EpochMetrics.Validation(loss, accuracy);
    return new EpochMetrics(0, 0, 0, 0, 0, 0, testAccuracy, 0, 0, Instant.EPOCH, validation);
  }

  private static TrainingConfig config(
      double fraction, Keep keep, @Nullable EarlyStopping earlyStopping) {
    return Recipe.FAST.config(1, "any", 50000, null).choosing(fraction, keep, earlyStopping);
  }
}
