package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.jobs.JobProgress;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.Retry;
import dev.resnet.jobs.TrainingJob;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.Recipe;
import dev.resnet.training.checkpoint.Promote;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a running job waits for before it trains. */
class WaitingForTests {

  @Test
  void saysHowFarTheDownloadIsAndWhyItIsRetried() {
    assertThat(waitingFor(DatasetInfo.Status.DOWNLOADING, 0.42, null))
        .isEqualTo("the data set cifar10, 42 % downloaded");
    assertThat(waitingFor(DatasetInfo.Status.DOWNLOADING, 0.42, "no network: mend it."))
        .isEqualTo(
            "the data set cifar10, 42 % downloaded; the last attempt failed: no network: mend it.");
  }

  @Test
  void namesTheDataSetThatIsNotReadAndOtherwiseTheEngine() {
    assertThat(waitingFor(DatasetInfo.Status.ABSENT, null, null)).isEqualTo("the data set cifar10");
    assertThat(waitingFor(DatasetInfo.Status.READY, null, null)).isEqualTo("the engine");
  }

  private static @Nullable String waitingFor(
      DatasetInfo.Status status, @Nullable Double progress, @Nullable String error) {
    var info =
        new DatasetInfo(
            "cifar10",
            List.of("a"),
            ImageShape.CIFAR,
            ResizePolicy.CROP,
            1,
            1,
            status,
            null,
            null,
            progress,
            error,
            null);
    return new WaitingFor(new OneSet(info)).of(RUNNING);
  }

  private record OneSet(DatasetInfo info) implements DatasetCatalog {
    @Override
    public List<DatasetInfo> list() {
      return List.of(info);
    }

    @Override
    public Optional<DatasetInfo> info(String name, @Nullable String version) {
      return Optional.of(info).filter(set -> set.name().equals(name));
    }

    @Override
    public Dataset load(String name, @Nullable String version) {
      throw new AssertionError("nothing is loaded for an answer");
    }

    @Override
    public void hold(String name, String version) {}
  }

  private static final TrainingJob RUNNING =
      new TrainingJob(
          "id",
          "a job",
          "a-model",
          JobStatus.RUNNING,
          Recipe.PAPER.config(3, "cifar10", 50000, null),
          null,
          274_442,
          null,
          new JobProgress(0, 100, 1000, null, null, null),
          1,
          0,
          Retry.NONE,
          null,
          null,
          null,
          null,
          Instant.EPOCH,
          Instant.EPOCH,
          null,
          Promote.IF_BETTER,
          null,
          0,
          null,
          null);
}
