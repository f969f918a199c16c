package dev.resnet.sweeps;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The median stopping rule of Google Vizier (Golovin et al., 2017, section 3.2.2): a job is stopped
 * after epoch s if its best value up to s is below the median of the running averages up to s of
 * the other jobs.
 *
 * <p>The rule here counts every other job that has reached epoch s, whatever its state; the paper
 * counts completed trials. The seeds of one configuration are not compared with each other: they
 * differ by chance alone.
 *
 * @param afterEpochs the first epoch after which a job may be stopped
 */
record MedianRule(int afterEpochs) {
  /** With fewer other jobs the median says too little. */
  static final int FEWEST_OTHERS = 3;

  /**
   * The validation accuracies of one job.
   *
   * @param configuration its values without the seed
   * @param values by epoch, from the first one on
   */
  record History(String job, Object configuration, List<Double> values) {

    private double average(int epochs) {
      return values.stream().limit(epochs).mapToDouble(Double::doubleValue).sum() / epochs;
    }
  }

  /**
   * Why a job is stopped.
   *
   * @param epoch the last completed one
   * @param best the job's highest validation accuracy
   * @param median of the other jobs' averages
   */
  record Stop(int epoch, double best, double median) {

    String reason() {
      return ("Stopped by the median rule at epoch %d: its best validation accuracy, %s, is below"
              + " %s, the median of the averages of the sweep's other jobs up to that epoch.")
          .formatted(epoch, rounded(best), rounded(median));
    }

    private static String rounded(double value) {
      return String.valueOf(Math.round(value * 1e4) / 1e4);
    }
  }

  /**
   * Decides about a job after its last completed epoch.
   *
   * @param all the jobs of the sweep; the job itself may be among them
   */
  Optional<Stop> verdict(History job, Collection<History> all) {
    int epochs = job.values().size();
    if (epochs < afterEpochs) {
      return Optional.empty();
    }
    double[] averages =
        all.stream()
            .filter(other -> !Objects.equals(other.configuration(), job.configuration()))
            .filter(other -> other.values().size() >= epochs)
            .mapToDouble(other -> other.average(epochs))
            .toArray();
    if (averages.length < FEWEST_OTHERS) {
      return Optional.empty();
    }
    double best = job.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    double median = median(averages);
    return best < median ? Optional.of(new Stop(epochs, best, median)) : Optional.empty();
  }

  /** The mean of the two in the middle if their number is even. */
  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
