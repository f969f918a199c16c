package dev.resnet.jobs;

import static dev.resnet.jobs.JobStatus.CANCELLED;
import static dev.resnet.jobs.JobStatus.FAILED;
import static dev.resnet.jobs.JobStatus.PAUSED;
import static dev.resnet.jobs.JobStatus.QUEUED;
import static dev.resnet.jobs.JobStatus.RUNNING;
import static dev.resnet.jobs.JobStatus.SUCCEEDED;
import static dev.resnet.jobs.TestJobs.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingJobTests {

  static Stream<Arguments> moves() {
    return Stream.of(
        move("started", job -> job.taken(NOW), RUNNING, EnumSet.of(QUEUED, RUNNING)),
        move("paused", TrainingJob::paused, PAUSED, EnumSet.of(QUEUED, RUNNING)),
        move("queued again", TrainingJob::requeued, QUEUED, EnumSet.of(RUNNING)),
        move("queued again", TrainingJob::afterCrash, QUEUED, EnumSet.of(RUNNING)),
        move("retried", job -> job.retriedAt(NOW, "why"), QUEUED, EnumSet.of(RUNNING)),
        move("resumed", TrainingJob::resumed, QUEUED, EnumSet.of(FAILED, CANCELLED, PAUSED)),
        move(
            "completed",
            job -> job.succeeded(TestJobs.registered(7), NOW),
            SUCCEEDED,
            EnumSet.of(RUNNING)),
        move("failed", job -> job.failed("why", NOW), FAILED, EnumSet.of(RUNNING)),
        move(
            "cancelled",
            job -> job.cancelled(NOW),
            CANCELLED,
            EnumSet.of(QUEUED, RUNNING, PAUSED)));
  }

  private static Arguments move(
      String name, UnaryOperator<TrainingJob> move, JobStatus to, Set<JobStatus> from) {
    return Arguments.of(name, move, to, from);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("moves")
  void changesFromTheRightStatesAndRefusesAllOthers(
      String name, UnaryOperator<TrainingJob> move, JobStatus to, Set<JobStatus> from) {
    for (JobStatus status : JobStatus.values()) {
      TrainingJob job = in(status);
      if (from.contains(status)) {
        assertThat(move.apply(job).status()).as("%s when %s", name, status).isEqualTo(to);
      } else {
        assertThatThrownBy(() -> move.apply(job))
            .as("%s when %s", name, status)
            .isInstanceOf(IllegalMoveException.class)
            .hasMessageStartingWith("The job %s is %s and can't be %s", job.id(), status, name);
      }
    }
  }

  @Test
  void everyAttemptHasItsOwnNumberAndOnlyThoseLeftRunningCountAsCrashes() {
    TrainingJob first = TestJobs.queued().taken(NOW);
    TrainingJob afterShutdown = first.requeued().taken(NOW.plusSeconds(1));
    TrainingJob afterCrash = afterShutdown.taken(NOW.plusSeconds(2));

    assertThat(first.attempt()).isEqualTo(1);
    assertThat(afterShutdown.attempt()).isEqualTo(2);
    assertThat(afterShutdown.crashes()).isZero();
    assertThat(afterCrash.attempt()).isEqualTo(3);
    assertThat(afterCrash.crashes()).isEqualTo(1);
    assertThat(afterCrash.startedAt()).isEqualTo(NOW);
  }

  @Test
  void aPassingFaultIsCountedUntilAPersonResumesTheJob() {
    TrainingJob retried =
        TestJobs.queued().taken(NOW).retriedAt(NOW.plusSeconds(10), "The disk is full.");
    assertThat(retried.due()).isEqualTo(NOW.plusSeconds(10));
    assertThat(retried.retry()).isEqualTo(new Retry(1, "The disk is full.", NOW.plusSeconds(10)));

    TrainingJob running = retried.taken(NOW);
    assertThat(running.crashes()).isZero();
    assertThat(running.retry()).isEqualTo(new Retry(1, "The disk is full.", null));

    TrainingJob failed = running.failed("why", NOW);
    assertThat(failed.resumed().retry()).isEqualTo(Retry.NONE);
    assertThat(failed.resumed().error()).isNull();
    assertThat(failed.resumed().finishedAt()).isNull();
    assertThat(failed.resumed().due()).isEqualTo(failed.createdAt());
  }

  @Test
  void theTimeLeftFollowsFromTheSpeedAndIsKnownOnlyWhileRunning() {
    var progress = new JobProgress(2, 12, 30, 1.0, 0.5, 90.0);
    assertThat(progress.etaSeconds(10)).isEqualTo(2);
    assertThat(progress.fraction()).isEqualTo(0.4);
    assertThat(JobProgress.none(30).etaSeconds(10)).isNull();
    assertThat(JobProgress.none(0).fraction()).isZero();
    assertThat(in(QUEUED).etaSeconds()).isNull();
  }

  private static TrainingJob in(JobStatus status) {
    TrainingJob job = TestJobs.queued();
    return switch (status) {
      case QUEUED -> job;
      case RUNNING -> job.taken(NOW);
      case SUCCEEDED -> job.taken(NOW).succeeded(TestJobs.registered(1), NOW);
      case FAILED -> job.taken(NOW).failed("why", NOW);
      case CANCELLED -> job.cancelled(NOW);
      case PAUSED -> job.paused();
    };
  }
}
