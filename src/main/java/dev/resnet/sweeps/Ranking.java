package dev.resnet.sweeps;

import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.training.EpochMetrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of a sweep and its configurations, best first. A configuration is what jobs have in
 * common that differ in their seed only.
 */
public record Ranking(Metric rankedBy, List<Row> rows, List<Configuration> configurations) {

  private static final Comparator<Row> BEST_ROW =
      Comparator.comparing(Row::value, Ranking::highestFirst);

  private static final Comparator<Configuration> BEST_CONFIGURATION =
      Comparator.comparing(Configuration::complete)
          .reversed()
          .thenComparing(Configuration::mean, Ranking::highestFirst);

  /** What the rank is decided by. */
  public enum Metric {
    VALIDATION_ACCURACY,
    TEST_ACCURACY
  }

  /**
   * One job.
   *
   * @param rank 1 is the best, equal values have the same rank; null if the job does not count
   * @param snapshot null if the job was deleted
   * @param epoch the one that is, or would be, the model; null if there is none yet
   * @param value of the metric at that epoch; null if the job does not count: it has no epoch,
   *     failed, was cancelled or deleted
   */
  public record Row(
      @Nullable Integer rank,
      Point point,
      @Nullable JobSnapshot snapshot,
      @Nullable EpochMetrics epoch,
      @Nullable Double value) {

    public @Nullable JobStatus status() {
      return snapshot == null ? null : snapshot.job().status();
    }

    private Row ranked(int place) {
      return new Row(place, point, snapshot, epoch, value);
    }
  }

  /**
   * Jobs that differ in their seed only.
   *
   * @param rank 1 is the best, equal values have the same rank; null if none of its jobs counts
   * @param values without the seed
   * @param mean of the jobs that count; null if there is none
   * @param deviation the sample standard deviation of the same; null if there are fewer than two
   * @param count how many jobs count
   * @param jobs all of them, best first
   */
  public record Configuration(
      @Nullable Integer rank,
      Map<String, @Nullable Object> values,
      @Nullable Double mean,
      @Nullable Double deviation,
      int count,
      List<Row> jobs) {

    /** Whether every job counts. Else the mean may be of the lucky seeds alone. */
    public boolean complete() {
      return count == jobs.size();
    }

    private Configuration ranked(int place) {
      return new Configuration(place, values, mean, deviation, count, jobs);
    }

    private static Configuration of(List<Row> rows) {
      double[] values =
          rows.stream()
              .map(Row::value)
              .filter(Objects::nonNull)
              .mapToDouble(Double::doubleValue)
              .toArray();
      int n = values.length;
      // Of equal values the mean is exactly that value.
      double mean = n == 0 ? 0 : values[0];
      mean += DoubleStream.of(values).map(value -> value - values[0]).sum() / Math.max(1, n);
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      return new Configuration(
          null,
          rows.get(0).point().configuration(),
          n == 0 ? null : mean,
          n < 2 ? null : Math.sqrt(squares / (n - 1)),
          n,
          rows);
    }
  }

  /**
   * Ranks jobs by validation accuracy if all of them hold out validation images, else by test
   * accuracy. Configurations of which a job does not count come after all others.
   *
   * @param snapshots by job
   */
  static Ranking of(List<Point> points, Map<String, JobSnapshot> snapshots) {
    Metric metric =
        snapshots.values().stream().allMatch(s -> s.job().config().validationFraction() > 0)
            ? Metric.VALIDATION_ACCURACY
            : Metric.TEST_ACCURACY;
    List<Row> rows =
        points.stream()
            .map(
                point ->
                    row(point, point.job() == null ? null : snapshots.get(point.job()), metric))
            .sorted(BEST_ROW.thenComparing(row -> row.point().number()))
            .toList();
    List<Row> ranked = ranked(rows, BEST_ROW, Row::value, Row::ranked);
    Map<Map<String, @Nullable Object>, List<Row>> merged = new LinkedHashMap<>();
    for (Row row : ranked) {
      merged.computeIfAbsent(row.point().configuration(), values -> new ArrayList<>()).add(row);
    }
    List<Configuration> configurations =
        merged.values().stream()
            .map(Configuration::of)
            .sorted(BEST_CONFIGURATION.thenComparing(Ranking::firstNumber))
            .toList();
    return new Ranking(
        metric,
        ranked,
        ranked(configurations, BEST_CONFIGURATION, Configuration::mean, Configuration::ranked));
  }

  private static Row row(Point point, @Nullable JobSnapshot snapshot, Metric metric) {
    EpochMetrics epoch = snapshot == null ? null : snapshot.modelEpoch();
    boolean counts =
        epoch != null
            && snapshot.job().status() != JobStatus.FAILED
            && snapshot.job().status() != JobStatus.CANCELLED;
    return new Row(null, point, snapshot, epoch, counts ? value(epoch, metric) : null);
  }

  private static @Nullable Double value(EpochMetrics epoch, Metric metric) {
    if (metric == Metric.TEST_ACCURACY) {
      return epoch.testAccuracy();
    }
    return epoch.validation() == null ? null : epoch.validation().accuracy();
  }

  private static int firstNumber(Configuration configuration) {
    return configuration.jobs().stream().mapToInt(row -> row.point().number()).min().orElseThrow();
  }

  private static int highestFirst(@Nullable Double a, @Nullable Double b) {
    if (a == null || b == null) {
      return Boolean.compare(a == null, b == null);
    }
    return Double.compare(b, a);
  }

  private interface WithRank<T> {
    T ranked(T item, int place);
  }

  /** Those without a value stay without a rank. */
  private static <T> List<T> ranked(
      List<T> sorted,
      Comparator<T> order,
      Function<T, @Nullable Double> value,
      BiFunction<T, Integer, T> withRank) {
    List<T> ranked = new ArrayList<>();
    int rank = 0;
    for (int i = 0; i < sorted.size(); i++) {
      T item = sorted.get(i);
      if (i == 0 || order.compare(sorted.get(i - 1), item) != 0) {
        rank = i + 1;
      }
      ranked.add(value.apply(item) == null ? item : withRank.apply(item, rank));
    }
    return List.copyOf(ranked);
  }

  /**
   * The job whose model is promoted: of the best configuration of which a job has succeeded, the
   * best of these jobs.
   */
  public Optional<Row> winner() {
    return configurations.stream()
        .flatMap(configuration -> configuration.jobs().stream())
        .filter(row -> row.status() == JobStatus.SUCCEEDED)
        .findFirst();
  }
}
