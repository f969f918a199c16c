package dev.resnet.sweeps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.jobs.JobProgress;
import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.RecordedJobs;
import dev.resnet.jobs.Retry;
import dev.resnet.jobs.TrainingJob;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Keep;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RankingTests {
  private final List<Point> points = new ArrayList<>();
  private final Map<String, JobSnapshot> snapshots = new HashMap<>();

  @Test
  void jobsAreRankedByValidationAccuracy() {
    add("a", 1, JobStatus.SUCCEEDED, 0.7, 0.95);
    add("b", 1, JobStatus.SUCCEEDED, 0.9, 0.1);
    add("c", 1, JobStatus.RUNNING, 0.8, 0.2);

    Ranking ranking = ranking();
    assertThat(ranking.rankedBy()).isEqualTo(Ranking.Metric.VALIDATION_ACCURACY);
    assertThat(order(ranking)).containsExactly("b1", "c1", "a1");
    assertThat(ranking.rows()).extracting(Ranking.Row::rank).containsExactly(1, 2, 3);
    assertThat(ranking.rows()).extracting(Ranking.Row::value).containsExactly(0.9, 0.8, 0.7);
  }

  @Test
  void ifAJobHasNoValidationImagesTheTestAccuracyRanks() {
    add("a", 1, JobStatus.SUCCEEDED, 0.7, 0.95);
    add("b", 1, JobStatus.SUCCEEDED, null, 0.1);

    Ranking ranking = ranking();
    assertThat(ranking.rankedBy()).isEqualTo(Ranking.Metric.TEST_ACCURACY);
    assertThat(ranking.rows()).extracting(Ranking.Row::value).containsExactly(0.95, 0.1);
  }

  @Test
  void theEpochThatIsKeptCounts() {
    EpochMetrics best = epoch(4, 0.9, 0.5);
    EpochMetrics latest = epoch(9, 0.6, 0.5);
    TrainingConfig config = RecordedJobs.config(0.1, 1);
    points.add(new Point(1, values("best", 1), "1", null));
    snapshots.put("1", new JobSnapshot(job("1", JobStatus.RUNNING, config), latest, best));
    points.add(new Point(2, values("last", 1), "2", null));
    snapshots.put(
        "2",
        new JobSnapshot(
            job("2", JobStatus.RUNNING, config.choosing(0.2, Keep.LAST, null)), latest, best));

    assertThat(ranking().rows()).extracting(Ranking.Row::value).containsExactly(0.9, 0.6);
  }

  @Test
  void jobsThatDoNotCountAreShownLast() {
    add("failed", 1, JobStatus.FAILED, 0.99, 0.9);
    add("waits", 1, JobStatus.QUEUED, null, null);
    add("cancelled", 1, JobStatus.CANCELLED, 0.98, 0.9);
    points.add(new Point(4, values("deleted", 1), null, 7));
    add("good", 1, JobStatus.SUCCEEDED, 0.1, 0.9);
    add("paused", 1, JobStatus.PAUSED, 0.05, 0.9);

    Ranking ranking = ranking();
    assertThat(order(ranking))
        .containsExactly("good1", "paused1", "failed1", "waits1", "cancelled1", "deleted1");
    assertThat(ranking.rows())
        .extracting(Ranking.Row::rank)
        .containsExactly(1, 2, null, null, null, null);
    assertThat(ranking.rows().get(2).epoch().validation().accuracy()).isEqualTo(0.99);
    assertThat(ranking.rows().get(5).status()).isNull();
    assertThat(ranking.configurations())
        .extracting(Ranking.Configuration::count)
        .containsExactly(1, 1, 0, 0, 0, 0);
  }

  @Test
  void equalValuesShareARank() {
    add("a", 1, JobStatus.SUCCEEDED, 0.5, 0.9);
    add("b", 1, JobStatus.SUCCEEDED, 0.6, 0.9);
    add("c", 1, JobStatus.SUCCEEDED, 0.6, 0.9);
    add("d", 1, JobStatus.SUCCEEDED, 0.4, 0.9);

    assertThat(order(ranking())).containsExactly("b1", "c1", "a1", "d1");
    assertThat(ranking().rows()).extracting(Ranking.Row::rank).containsExactly(1, 1, 3, 4);
    assertThat(ranking().configurations())
        .extracting(Ranking.Configuration::rank)
        .containsExactly(1, 1, 3, 4);
  }

  @Test
  void seedsAreMergedWithMeanAndSampleDeviation() {
    add("a", 1, JobStatus.SUCCEEDED, 0.5, 0.9);
    add("a", 2, JobStatus.SUCCEEDED, 0.7, 0.9);
    add("a", 3, JobStatus.SUCCEEDED, 0.9, 0.9);
    add("b", 1, JobStatus.SUCCEEDED, 0.71, 0.9);

    List<Ranking.Configuration> merged = ranking().configurations();
    assertThat(merged).hasSize(2);
    assertThat(merged.get(0).values()).isEqualTo(Map.of("path", "b"));
    assertThat(merged.get(0).deviation()).isNull();
    assertThat(merged.get(1).mean()).isCloseTo(0.7, within(1e-15));
    assertThat(merged.get(1).deviation()).isCloseTo(0.2, within(1e-15));
    assertThat(merged.get(1).count()).isEqualTo(3);
    assertThat(merged.get(1).rank()).isEqualTo(2);
    assertThat(merged.get(1).jobs())
        .extracting(row -> row.point().values().get("seed"))
        .containsExactly(3, 2, 1);
  }

  @Test
  void aConfigurationThatLostASeedComesAfterThoseThatDidNot() {
    add("lucky", 1, JobStatus.SUCCEEDED, 0.9, 0.9);
    add("lucky", 2, JobStatus.CANCELLED, 0.1, 0.9);
    add("whole", 1, JobStatus.SUCCEEDED, 0.6, 0.9);
    add("whole", 2, JobStatus.SUCCEEDED, 0.6, 0.9);
    add("none", 1, JobStatus.FAILED, null, null);

    List<Ranking.Configuration> merged = ranking().configurations();
    assertThat(merged)
        .extracting(configuration -> configuration.values().get("path"))
        .containsExactly("whole", "lucky", "none");
    assertThat(merged).extracting(Ranking.Configuration::rank).containsExactly(1, 2, null);
    assertThat(merged.get(2).mean()).isNull();
  }

  @Test
  void theWinnerIsTheBestSucceededJobOfTheBestConfiguration() {
    add("a", 1, JobStatus.SUCCEEDED, 0.95, 0.9);
    add("a", 2, JobStatus.SUCCEEDED, 0.1, 0.9);
    add("b", 1, JobStatus.SUCCEEDED, 0.7, 0.9);
    add("b", 2, JobStatus.SUCCEEDED, 0.8, 0.9);
    assertThat(ranking().winner().orElseThrow().point().number()).isEqualTo(4);

    add("c", 1, JobStatus.RUNNING, 0.99, 0.9);
    assertThat(ranking().winner().orElseThrow().point().number()).isEqualTo(4);
  }

  @Test
  void nothingWinsWhileNothingHasSucceeded() {
    add("a", 1, JobStatus.RUNNING, 0.95, 0.9);
    add("b", 1, JobStatus.CANCELLED, 0.95, 0.9);
    assertThat(ranking().winner()).isEmpty();
  }

  private Ranking ranking() {
    return Ranking.of(points, snapshots);
  }

  private static List<String> order(Ranking ranking) {
    return ranking.rows().stream()
        .map(row -> "" + row.point().values().get("path") + row.point().values().get("seed"))
        .toList();
  }

  private static Map<String, @Nullable Object> values(String path, int seed) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("path", path);
    values.put("seed", seed);
    return values;
  }

  /**
   * @param validation null: of a job without validation images, unless it has no epoch
   * @param test null: the job has no epoch
   */
  private void add(
      String path, int seed, JobStatus status, @Nullable Double validation, @Nullable Double test) {
    int number = points.size() + 1;
    String id = String.valueOf(number);
    TrainingConfig config = RecordedJobs.config(0.1, seed);
    if (validation == null && test != null) {
      config = config.choosing(0, Keep.LAST, null);
    }
    EpochMetrics epoch = test == null ? null : epoch(3, validation, test);
    points.add(new Point(number, values(path, seed), id, null));
    snapshots.put(id, new JobSnapshot(job(id, status, config), epoch, epoch));
  }

  private static EpochMetrics epoch(int epoch, @Nullable Double validation, double test) {
    return new EpochMetrics(
        epoch,
        0.1,
        1,
        0,
        0.5,
        1,
        test,
        1,
        100,
        Instant.EPOCH,
        validation == null ? null : new EpochMetrics.Validation(1, validation));
  }

  private static TrainingJob job(String id, JobStatus status, TrainingConfig config) {
    return new TrainingJob(
        id,
        "a job",
        "a-model",
        status,
        config,
        null,
        1,
        null,
        new JobProgress(3, 30, 100, null, null, null),
        1,
        0,
        Retry.NONE,
        null,
        null,
        null,
        null,
        Instant.EPOCH,
        null,
        null,
        Promote.NEVER,
        null,
        0,
        "a sweep",
        null);
  }
}
