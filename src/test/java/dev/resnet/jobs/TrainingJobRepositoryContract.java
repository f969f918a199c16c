package dev.resnet.jobs;

import static dev.resnet.jobs.TestJobs.ENGINE;
import static dev.resnet.jobs.TestJobs.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.training.checkpoint.Promote;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The contract of the jobs' rows on every database. */
abstract class TrainingJobRepositoryContract extends RepositoriesUnderTest {
  @Test
  void aJobIsReadAsItWasWritten() {
    TrainingJob job = inserted();
    assertThat(jobs.find(job.id())).contains(job);
    assertThat(jobs.find("unknown")).isEmpty();
  }

  @Test
  void aJobIsReadAsItWasWrittenAfterEachTransition() {
    TrainingJob taken = taken(inserted());
    assertThat(jobs.find(taken.id())).contains(taken);

    jobs.started(taken, ENGINE, taken.progress().rewound(0, 0, 3));
    jobs.progressed(taken, new JobProgress(1, 5, 30, 1.5, 0.25, 800.0));
    TrainingJob running = jobs.find(taken.id()).orElseThrow();
    assertThat(running.engine()).isEqualTo(ENGINE);
    assertThat(running.progress()).isEqualTo(new JobProgress(1, 5, 30, 1.5, 0.25, 800.0));

    TrainingJob ended = running.succeeded(TestJobs.registered(4), NOW);
    assertThat(jobs.move(running, ended)).isTrue();
    assertThat(jobs.find(taken.id())).contains(ended);
    assertThat(ended.progress().imagesPerSecond()).isNull();
    assertThat(ended.modelVersion()).isEqualTo(4);
    assertThat(ended.promotion()).isEqualTo(TestJobs.registered(4).promotion());
    assertThat(ended.promote()).isEqualTo(Promote.IF_BETTER);
  }

  @Test
  void aTransitionIsRefusedOnceTheJobHasChanged() {
    TrainingJob job = inserted();
    assertThat(jobs.move(job, job.taken(NOW))).isTrue();
    assertThat(jobs.move(job, job.taken(NOW))).isFalse();
    assertThat(jobs.move(job, job.cancelled(NOW))).isFalse();
  }

  @Test
  void everyWriteOfAnOlderAttemptIsRefused() {
    TrainingJob old = taken(inserted());
    TrainingJob current = taken(old);

    assertThat(jobs.move(old, old.succeeded(TestJobs.registered(1), NOW))).isFalse();
    assertThatThrownBy(() -> jobs.started(old, ENGINE, old.progress()))
        .isInstanceOf(LostAttemptException.class);
    assertThatThrownBy(() -> jobs.progressed(old, old.progress()))
        .isInstanceOf(LostAttemptException.class);
    assertThatThrownBy(() -> jobs.advanced(old, old.progress()))
        .isInstanceOf(LostAttemptException.class);
    assertThat(jobs.find(old.id())).contains(current);
  }

  @Test
  void aRequestReachesARunningJobAndIsNeverOverwritten() {
    TrainingJob job = inserted();
    assertThat(jobs.request(job.id(), StopRequest.CANCEL)).isFalse();

    TrainingJob taken = taken(job);
    assertThat(jobs.request(job.id(), StopRequest.PAUSE)).isTrue();
    assertThat(jobs.find(job.id()).orElseThrow().pauseRequested()).isTrue();
    assertThat(jobs.request(job.id(), StopRequest.CANCEL)).isTrue();
    assertThat(jobs.request(job.id(), StopRequest.PAUSE)).isFalse();
    assertThat(jobs.ownership(List.of(job.id(), "unknown")))
        .containsExactly(new TrainingJobRepository.Ownership(job.id(), 1, StopRequest.CANCEL));

    assertThat(jobs.move(taken, taken.requeued())).isFalse();
    TrainingJob requested = jobs.find(job.id()).orElseThrow();
    assertThat(jobs.move(requested, requested.asRequested(NOW))).isTrue();
    assertThat(jobs.find(job.id()).orElseThrow().status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(jobs.ownership(List.of(job.id()))).isEmpty();
  }

  @Test
  void aCompletedEpochResetsTheCountOfCrashes() {
    TrainingJob crashed = taken(taken(inserted()));
    assertThat(crashed.crashes()).isEqualTo(1);
    jobs.advanced(crashed, new JobProgress(1, 10, 30, 1.0, 0.5, 100.0));
    assertThat(jobs.find(crashed.id()).orElseThrow().crashes()).isZero();
  }

  @Test
  void jobsAreListedByPageOrderAndFilter() {
    TrainingJob first = inserted();
    TrainingJob second = inserted();
    TrainingJob third = taken(inserted());

    assertThat(ids(new JobQuery(JobFilter.ALL, 0, 2, JobOrder.CREATED_AT, true)))
        .containsExactly(third.id(), second.id());
    assertThat(ids(new JobQuery(JobFilter.ALL, 1, 2, JobOrder.CREATED_AT, true)))
        .containsExactly(first.id());
    assertThat(ids(new JobQuery(filter(JobStatus.QUEUED, "synthetic"), 0, 9, JobOrder.NAME, false)))
        .containsExactly(first.id(), second.id());
    assertThat(ids(new JobQuery(filter(null, "cifar10"), 0, 9, JobOrder.STACK_N, false))).isEmpty();
    // Jobs that have not started are last on both databases.
    assertThat(ids(new JobQuery(JobFilter.ALL, 0, 9, JobOrder.STARTED_AT, false)))
        .containsExactly(third.id(), first.id(), second.id());
    assertThat(jobs.count(JobFilter.ALL)).isEqualTo(3);
    assertThat(jobs.count(filter(JobStatus.RUNNING, "synthetic"))).isEqualTo(1);
    assertThat(jobs.countByStatus())
        .hasSize(JobStatus.values().length)
        .containsEntry(JobStatus.QUEUED, 2L)
        .containsEntry(JobStatus.RUNNING, 1L)
        .containsEntry(JobStatus.FAILED, 0L);
    assertThat(jobs.unfinished()).extracting(TrainingJob::id).startsWith(first.id());
  }

  @Test
  void onlyAnEndedJobIsDeletedWithAllItsRows() {
    TrainingJob taken = taken(inserted());
    add(taken, 1);
    epochs.keep(taken.id(), partial(taken, 1, 5));
    assertThat(jobs.delete(taken.id())).isFalse();

    jobs.move(taken, taken.failed("why", NOW));
    assertThat(jobs.delete(taken.id())).isTrue();
    assertThat(jobs.find(taken.id())).isEmpty();
    assertThat(epochs.epochs(taken.id(), 0)).isEmpty();
    assertThat(epochs.resumable(taken.id())).isEmpty();
  }

  @Test
  void jobsAreFoundByEveryFieldOfTheFilter() {
    TrainingJob first = inserted("Plain", "one", 0, null);
    TrainingJob second = inserted("100% of_it!", "two", 5, "a-sweep");
    TrainingJob third = inserted("1000 of it", "two", -5, "a-sweep");

    assertThat(found(Set.of(JobStatus.QUEUED, JobStatus.RUNNING), null, null, null)).hasSize(3);
    assertThat(found(Set.of(JobStatus.PAUSED), null, null, null)).isEmpty();
    assertThat(found(Set.of(), "two", null, null)).containsExactly(second.id(), third.id());
    assertThat(found(Set.of(), null, "a-sweep", "1000")).containsExactly(third.id());
    assertThat(found(Set.of(), null, null, "pLAi")).containsExactly(first.id());
    assertThat(found(Set.of(), null, null, "100%")).containsExactly(second.id());
    assertThat(found(Set.of(), null, null, "F_I")).containsExactly(second.id());
    assertThat(found(Set.of(), null, null, "it!")).containsExactly(second.id());
    assertThat(ids(new JobQuery(JobFilter.ALL, 0, 9, JobOrder.PRIORITY, true)))
        .containsExactly(second.id(), first.id(), third.id());
    for (JobOrder order : JobOrder.values()) {
      assertThat(ids(new JobQuery(JobFilter.ALL, 0, 9, order, false))).hasSize(3);
    }
  }

  private List<String> found(Set<JobStatus> statuses, String model, String sweep, String name) {
    var filter = new JobFilter(statuses, null, model, sweep, name);
    assertThat(jobs.count(filter)).isEqualTo(jobs.list(query(filter)).size());
    return ids(query(filter));
  }

  private static JobQuery query(JobFilter filter) {
    return new JobQuery(filter, 0, 9, JobOrder.CREATED_AT, false);
  }

  private TrainingJob inserted(String name, String model, int priority, String sweep) {
    var request = new NewJob(name, model, TestJobs.config(3), null, Promote.NEVER, priority, sweep);
    TrainingJob job = TrainingJob.queued(UUID.randomUUID().toString(), request, 1234, 30, NOW);
    jobs.insert(job);
    assertThat(jobs.find(job.id())).contains(job);
    return job;
  }

  @Test
  void aChangeOfNameOrPriorityTouchesNothingElse() {
    TrainingJob job = taken(inserted());
    jobs.change(job.id(), "another", null);
    jobs.change(job.id(), null, 7);
    TrainingJob changed = jobs.find(job.id()).orElseThrow();
    assertThat(changed.name()).isEqualTo("another");
    assertThat(changed.priority()).isEqualTo(7);
    assertThat(jobs.move(job, job.requeued())).isTrue();
    assertThat(jobs.find(job.id()).orElseThrow().priority()).isEqualTo(7);
    assertThat(jobs.highestWaiting()).contains(7);
  }

  private static JobFilter filter(JobStatus status, String dataset) {
    return new JobFilter(status == null ? Set.of() : Set.of(status), dataset, null, null, null);
  }

  @Test
  void eachTransitionAndRequestIsAnEvent() {
    TrainingJob taken = taken(inserted());
    assertThat(jobs.request(taken.id(), StopRequest.CANCEL)).isTrue();
    assertThat(jobs.move(taken.requeued(), taken)).as("it is not queued").isFalse();
    jobs.move(jobs.find(taken.id()).orElseThrow(), taken.failed("a \"quoted\" reason", NOW));

    List<JobEvent> events = jobs.events().after(taken.id(), 0, 10);
    assertThat(events).extracting(JobEvent::type).containsOnly(JobEvent.Type.STATUS);
    assertThat(events)
        .extracting(JobEvent::data)
        .satisfiesExactly(
            data -> assertThat(data).contains("\"status\":\"QUEUED\",\"attempt\":0"),
            data -> assertThat(data).contains("RUNNING", "\"attempt\":1", "\"requested\":null"),
            data -> assertThat(data).contains("RUNNING", "\"requested\":\"CANCEL\""),
            data -> assertThat(data).contains("FAILED", "\"error\":\"a \\\"quoted\\\" reason\""));
    assertThat(events).extracting(JobEvent::id).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void eventsAreReadInOrderAfterAGivenOneUntilTheJobIsDeleted() {
    TrainingJob job = taken(inserted());
    JobEvents events = jobs.events();
    events.log(job.id(), "one\n\"two\"");
    events.epoch(job.id(), TestJobs.epoch(1));
    events.epoch(job.id(), TestJobs.epoch(1)); // the answer to the first commit was lost
    events.log(inserted().id(), "of another job");
    events.epoch(job.id(), TestJobs.validated(2, 0.5, 0.75));

    List<JobEvent> all = events.after(job.id(), 0, 10);
    assertThat(all)
        .extracting(JobEvent::type)
        .map(JobEvent.Type::wireName)
        .containsExactly("status", "status", "log", "epoch", "epoch");
    assertThat(all.get(2).message()).isEqualTo("one\n\"two\"");
    assertThat(all.get(2).at()).isEqualTo(NOW);
    assertThat(events.after(job.id(), all.get(1).id(), 2)).isEqualTo(all.subList(2, 4));
    assertThat(events.after(job.id(), all.get(4).id(), 10)).isEmpty();

    jobs.move(job, job.cancelled(NOW));
    jobs.delete(job.id());
    assertThat(events.after(job.id(), 0, 10)).isEmpty();
  }

  private List<String> ids(JobQuery query) {
    return jobs.list(query).stream().map(TrainingJob::id).toList();
  }
}
