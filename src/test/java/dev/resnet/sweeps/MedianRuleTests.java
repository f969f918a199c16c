package dev.resnet.sweeps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.sweeps.MedianRule.History;
import dev.resnet.sweeps.MedianRule.Stop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MedianRuleTests {
  private static final History FAST = history("fast", "a", 0.5, 0.7, 0.9);
  private static final History STEADY = history("steady", "b", 0.4, 0.5, 0.6);
  private static final History SLOW = history("slow", "c", 0.1, 0.2, 0.3, 0.8);

  @Test
  void aJobBelowTheMedianOfTheAveragesIsStopped() {
    // The averages of two epochs are 0.6, 0.45 and 0.15.
    assertThat(verdict(history("x", "d", 0.44, 0.2))).contains(new Stop(2, 0.44, 0.45));
    // Its best epoch counts, not its last.
    assertThat(verdict(history("x", "d", 0.46, 0.2))).isEmpty();
  }

  @Test
  void aJobThatIsNoWorseThanTheMedianGoesOn() {
    assertThat(verdict(history("x", "d", 0.1, 0.45))).isEmpty();
    assertThat(verdict(history("x", "d", 0.1, Math.nextDown(0.45)))).isPresent();
  }

  @Test
  void theFirstEpochsAreSpared() {
    History bad = history("x", "d", 0.0, 0.0);
    assertThat(new MedianRule(3).verdict(bad, List.of(FAST, STEADY, SLOW))).isEmpty();
    assertThat(new MedianRule(2).verdict(bad, List.of(FAST, STEADY, SLOW))).isPresent();
    assertThat(new MedianRule(1).verdict(history("x", "d"), List.of(FAST, STEADY, SLOW))).isEmpty();
  }

  @Test
  void onlyJobsThatHaveComeAsFarAreCompared() {
    // Of the other jobs only one has four epochs.
    assertThat(verdict(history("x", "d", 0, 0, 0, 0))).isEmpty();
    assertThat(verdict(history("x", "d", 0, 0, 0))).isPresent();
  }

  @Test
  void twoOtherJobsAreTooFew() {
    assertThat(new MedianRule(1).verdict(history("x", "d", 0), List.of(FAST, STEADY))).isEmpty();
    assertThat(new MedianRule(1).verdict(history("x", "d", 0), List.of(FAST, STEADY, SLOW)))
        .isPresent();
  }

  @Test
  void theSeedsOfOneConfigurationAreNotCompared() {
    assertThat(new MedianRule(1).verdict(history("x", "a", 0), List.of(FAST, STEADY, SLOW)))
        .isEmpty();
    History other = history("y", "d", 0.9);
    // The job itself is in the list, as in the database.
    History job = history("x", "a", 0.01);
    assertThat(new MedianRule(1).verdict(job, List.of(FAST, STEADY, SLOW, other, job)))
        .contains(new Stop(1, 0.01, 0.4));
  }

  @Test
  void theReasonNamesTheFigures() {
    assertThat(new Stop(7, 0.31234, 0.42).reason())
        .isEqualTo(
            "Stopped by the median rule at epoch 7: its best validation accuracy, 0.3123, is below"
                + " 0.42, the median of the averages of the sweep's other jobs up to that epoch.");
  }

  /** Written from the paper's definition, without looking at the rule's code. */
  @Test
  void theRuleAgreesWithAComputationOfItsOwn() {
    var random = new Random(3);
    int stopped = 0;
    for (int round = 0; round < 2000; round++) {
      double[][] values = new double[3 + random.nextInt(6)][];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.doubles(1 + random.nextInt(6)).toArray();
      }
      List<History> all = new ArrayList<>();
      for (int i = 0; i < values.length; i++) {
        all.add(history("job " + i, "configuration " + i, values[i]));
      }
      Optional<Stop> verdict = new MedianRule(2).verdict(all.get(0), all);
      assertThat(verdict.isPresent()).isEqualTo(worseThanMedian(values));
      stopped += verdict.isPresent() ? 1 : 0;
    }
    assertThat(stopped).isBetween(100, 1900);
  }

  /** Of the first job. */
  private static boolean worseThanMedian(double[][] values) {
    int s = values[0].length;
    double[] averages = new double[0];
    for (int i = 1; i < values.length; i++) {
      if (values[i].length >= s) {
        averages = Arrays.copyOf(averages, averages.length + 1);
        averages[averages.length - 1] = Arrays.stream(values[i], 0, s).average().orElseThrow();
      }
    }
    if (s < 2 || averages.length < 3) {
      return false;
    }
    double best = Arrays.stream(values[0]).max().orElseThrow();
    // Half of the averages are above the median; an even number of them has two in the middle.
    Arrays.sort(averages);
    double median = (averages[(averages.length - 1) / 2] + averages[averages.length / 2]) / 2;
    return best < median;
  }

  private static Optional<Stop> verdict(History job) {
    return new MedianRule(1).verdict(job, List.of(FAST, STEADY, SLOW));
  }

  private static History history(String job, String configuration, double... values) {
    return new History(job, configuration, Arrays.stream(values).boxed().toList());
  }
}
