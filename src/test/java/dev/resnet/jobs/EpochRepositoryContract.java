package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.training.EpochMetrics;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract of the rows of epochs and checkpoints on every database. */
abstract class EpochRepositoryContract extends RepositoriesUnderTest {
  @Test
  void epochsAreReadInOrderFromAGivenEpoch() {
    TrainingJob job = inserted();
    IntStream.rangeClosed(1, 5).forEach(epoch -> add(job, epoch));

    assertThat(epochs.epochs(job.id(), 0))
        .extracting(EpochMetrics::epoch)
        .containsExactly(1, 2, 3, 4, 5);
    assertThat(epochs.epochs(job.id(), 3)).containsExactly(TestJobs.epoch(4), TestJobs.epoch(5));
    assertThat(epochs.epochs(job.id(), 5)).isEmpty();
  }

  @Test
  void theNewestTwoCheckpointsAndTheBestAreKept() {
    TrainingJob job = inserted();
    IntStream.rangeClosed(1, 5).forEach(epoch -> add(job, epoch));

    assertThat(epochs.checkpoints(job.id()))
        .containsExactly(checkpoint(job, 2), checkpoint(job, 4), checkpoint(job, 5));
  }

  @Test
  void withValidationImagesTheBestIsTheBestOnThoseAndItsCheckpointIsKept() {
    TrainingJob job = inserted();
    TrainingJob ties = inserted();
    double[] accuracies = {0.5, 0.6, 0.9, 0.7, 0.7, 0.7};
    for (int i = 1; i <= accuracies.length; i++) {
      var metrics = TestJobs.validated(i, 1.0 / i, accuracies[i - 1]);
      epochs.add(job.id(), metrics, checkpoint(job, i));
      assertThat(epochs.latest(List.of(job.id()))).containsEntry(job.id(), metrics);
      epochs.add(
          ties.id(), TestJobs.validated(i, i == 2 || i == 4 ? 0.1 : 1, 0.5), checkpoint(ties, i));
    }
    assertThat(epochs.best(List.of(job.id(), ties.id())))
        .as("epoch 2 has the highest test accuracy")
        .containsEntry(job.id(), TestJobs.validated(3, 1.0 / 3, 0.9))
        .containsEntry(ties.id(), TestJobs.validated(2, 0.1, 0.5));
    assertThat(epochs.checkpoints(job.id()))
        .containsExactly(checkpoint(job, 3), checkpoint(job, 5), checkpoint(job, 6));
    assertThat(epochs.checkpoints(ties.id()))
        .containsExactly(checkpoint(ties, 2), checkpoint(ties, 5), checkpoint(ties, 6));
  }

  @Test
  void theLatestAndTheBestEpochOfManyJobsAreFoundAtOnce() {
    TrainingJob one = inserted();
    TrainingJob other = inserted();
    TrainingJob none = inserted();
    IntStream.rangeClosed(1, 4).forEach(epoch -> add(one, epoch));
    add(other, 1);
    var ids = List.of(one.id(), other.id(), none.id());

    assertThat(epochs.latest(ids))
        .hasSize(2)
        .containsEntry(one.id(), TestJobs.epoch(4))
        .containsEntry(other.id(), TestJobs.epoch(1));
    assertThat(epochs.best(ids)).containsEntry(one.id(), TestJobs.epoch(2));
    assertThat(epochs.best(List.of())).isEmpty();
  }

  @Test
  void anEpochWithoutACheckpointHasItsRow() {
    TrainingJob job = inserted();
    add(job, 1);
    assertThat(epochs.add(job.id(), TestJobs.epoch(2), null).dropped()).isEmpty();
    add(job, 3);
    assertThat(epochs.epochs(job.id(), 0)).hasSize(3);
    assertThat(epochs.checkpoints(job.id()))
        .as("the best epoch has none, but of the others epoch 3 is the best")
        .containsExactly(checkpoint(job, 1), checkpoint(job, 3));
    assertThat(epochs.keep(job.id(), checkpoint(job, 2))).containsExactly(checkpoint(job, 1));
    assertThat(epochs.checkpoints(job.id()))
        .containsExactly(checkpoint(job, 2), checkpoint(job, 3));
  }

  @Test
  void theNewestCheckpointWithinAnEpochIsKeptUntilALaterEpochHasOne() {
    TrainingJob job = inserted();
    assertThat(epochs.isFurther(job.id(), partial(job, 0, 3))).isTrue();
    assertThat(epochs.keep(job.id(), partial(job, 0, 3))).isEmpty();
    assertThat(epochs.keep(job.id(), partial(job, 0, 3))).as("repeated").isEmpty();
    assertThat(epochs.resumable(job.id())).containsExactly(partial(job, 0, 3));
    assertThat(epochs.checkpoints(job.id())).isEmpty();
    assertThat(epochs.isFurther(job.id(), partial(job, 0, 3))).isFalse();
    assertThat(epochs.isFurther(job.id(), partial(job, 0, 4))).isTrue();

    assertThat(epochs.keep(job.id(), partial(job, 0, 9))).containsExactly(partial(job, 0, 3));
    epochs.add(job.id(), TestJobs.epoch(1), null);
    assertThat(epochs.resumable(job.id())).containsExactly(partial(job, 0, 9));
    assertThat(epochs.isFurther(job.id(), partial(job, 0, 10))).as("epoch 1 is known").isFalse();
    assertThat(epochs.isFurther(job.id(), partial(job, 1, 1))).isTrue();
    assertThat(epochs.add(job.id(), TestJobs.epoch(2), checkpoint(job, 2)).dropped())
        .containsExactly(partial(job, 0, 9));
    assertThat(epochs.resumable(job.id())).containsExactly(checkpoint(job, 2));
  }

  @Test
  void aRepeatedEpochReplacesItsRowAndSaysWhetherItIsTheSame() {
    TrainingJob job = inserted();
    IntStream.rangeClosed(1, 4).forEach(epoch -> epochs.add(job.id(), TestJobs.epoch(epoch), null));
    EpochMetrics again = TestJobs.atAnotherTime(TestJobs.epoch(2));
    assertThat(epochs.add(job.id(), again, null).repeated()).isTrue();
    assertThat(epochs.epochs(job.id(), 0))
        .containsExactly(TestJobs.epoch(1), again, TestJobs.epoch(3), TestJobs.epoch(4));

    epochs.keep(job.id(), partial(job, 4, 2));
    EpochMetrics other = TestJobs.validated(3, 1, 0.5);
    EpochRepository.Added added = epochs.add(job.id(), other, null);
    assertThat(added.repeated()).isFalse();
    assertThat(added.dropped()).as("of another course").containsExactly(partial(job, 4, 2));
    assertThat(epochs.epochs(job.id(), 0)).containsExactly(TestJobs.epoch(1), again, other);
    assertThat(epochs.add(job.id(), TestJobs.epoch(4), null).repeated()).isFalse();
  }

  @Test
  void aResumedJobForgetsLaterCheckpointsAndKeepsTheEpochsThatItRepeats() {
    TrainingJob job = inserted();
    IntStream.rangeClosed(1, 4).forEach(epoch -> add(job, epoch));
    assertThat(epochs.forgetCheckpointsAfter(job.id(), 2))
        .containsExactly(checkpoint(job, 3), checkpoint(job, 4));
    assertThat(epochs.epochs(job.id(), 0)).hasSize(4);
    assertThat(epochs.checkpoints(job.id())).containsExactly(checkpoint(job, 2));
  }

  @Test
  void rowsThatAreNotRepeatedAreForgotten() {
    TrainingJob job = inserted();
    IntStream.rangeClosed(1, 4).forEach(epoch -> add(job, epoch));
    epochs.forgetAfter(job.id(), 2);
    assertThat(epochs.epochs(job.id(), 0)).extracting(EpochMetrics::epoch).containsExactly(1, 2);
    assertThat(epochs.checkpoints(job.id())).containsExactly(checkpoint(job, 2));
  }
}
