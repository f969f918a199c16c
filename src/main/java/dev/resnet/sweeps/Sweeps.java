package dev.resnet.sweeps;

import dev.resnet.jobs.IllegalMoveException;
import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.NewJob;
import dev.resnet.jobs.QueueFullException;
import dev.resnet.jobs.SweepJobs;
import dev.resnet.jobs.TrainingJob;
import dev.resnet.jobs.TrainingJobs;
import dev.resnet.jobs.UnknownJobException;
import dev.resnet.models.ModelPromotion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Everything that can be done with sweeps. Every method with an id throws {@link
 * UnknownSweepException} if there is no such sweep.
 */
public class Sweeps {
  private final SweepRows rows;
  private final TrainingJobs jobs;
  private final SweepJobs ofSweeps;
  private final ModelPromotion promotion;
  private final TransactionOperations transaction;

  /** The job whose model was promoted, and what it was chosen by. */
  public record Promoted(Ranking.Row winner, Ranking.Metric rankedBy) {}

  Sweeps(
      SweepRows rows,
      TrainingJobs jobs,
      SweepJobs ofSweeps,
      ModelPromotion promotion,
      TransactionOperations transaction) {
    this.rows = rows;
    this.jobs = jobs;
    this.ofSweeps = ofSweeps;
    this.promotion = promotion;
    this.transaction = transaction;
  }

  /**
   * Queues all jobs of a sweep, or none.
   *
   * @param accepted called within the transaction, before its end; if it throws, no job is queued
   * @throws QueueFullException if the queue has no place for all of them
   */
  public void submit(NewSweep request, Consumer<SweepResult> accepted) {
    var sweep =
        new Sweep(
            UUID.randomUUID().toString(),
            request.name(),
            request.request(),
            request.jobs().size(),
            request.afterEpochs(),
            rows.now());
    List<Point> points = new ArrayList<>();
    List<NewJob> queued = request.jobs().stream().map(point -> point.job().in(sweep.id())).toList();
    jobs.submit(
        queued,
        snapshots -> {
          for (int i = 0; i < snapshots.size(); i++) {
            points.add(
                new Point(
                    i + 1, request.jobs().get(i).values(), snapshots.get(i).job().id(), null));
          }
          rows.insert(sweep, points);
          accepted.accept(result(sweep, points, snapshots));
        });
  }

  public List<SweepSummary> list(boolean ascending, int size, long offset) {
    List<Sweep> sweeps = rows.list(ascending, size, offset);
    Map<String, Map<JobStatus, Long>> states = rows.states(sweeps.stream().map(Sweep::id).toList());
    return sweeps.stream()
        .map(sweep -> new SweepSummary(sweep, states.getOrDefault(sweep.id(), Map.of())))
        .toList();
  }

  public long count() {
    return rows.count();
  }

  public SweepResult get(String id) {
    return result(require(id), rows.points(id), ofSweeps.list(id));
  }

  private static SweepResult result(Sweep sweep, List<Point> points, List<JobSnapshot> snapshots) {
    Map<JobStatus, Long> states =
        snapshots.stream()
            .collect(
                Collectors.groupingBy(
                    snapshot -> snapshot.job().status(),
                    () -> new EnumMap<>(JobStatus.class),
                    Collectors.counting()));
    Map<String, JobSnapshot> byId =
        snapshots.stream()
            .collect(Collectors.toMap(snapshot -> snapshot.job().id(), snapshot -> snapshot));
    return new SweepResult(new SweepSummary(sweep, states), Ranking.of(points, byId));
  }

  /** Cancels every job that has not ended. */
  public SweepResult cancel(String id) {
    return change(id, jobs::cancel);
  }

  /** Pauses every job that waits or runs. */
  public SweepResult pause(String id) {
    return change(id, jobs::pause);
  }

  /**
   * Queues every paused job again. Stops at the first for which the queue has no place.
   *
   * @throws QueueFullException if the queue has no place for all of them; it says how many it had
   */
  public SweepResult resume(String id) {
    require(id);
    List<TrainingJob> paused =
        ofSweep(id).stream().filter(job -> job.status() == JobStatus.PAUSED).toList();
    int resumed = 0;
    try {
      for (TrainingJob job : paused) {
        unlessChanged(job, jobs::resume);
        resumed++;
      }
    } catch (QueueFullException e) {
      throw e.after(
          "%d of the %d paused jobs were resumed; the same call resumes the others."
              .formatted(resumed, paused.size()));
    }
    return get(id);
  }

  /** Those that wait come first, the last one before the others, so that none of them starts. */
  private SweepResult change(String id, Consumer<String> move) {
    require(id);
    List<TrainingJob> left =
        new ArrayList<>(ofSweep(id).stream().filter(job -> !job.status().ended()).toList());
    Collections.reverse(left);
    left.sort(Comparator.comparing(job -> job.status() == JobStatus.RUNNING));
    left.forEach(job -> unlessChanged(job, move));
    return get(id);
  }

  private List<TrainingJob> ofSweep(String id) {
    return ofSweeps.list(id).stream().map(JobSnapshot::job).toList();
  }

  /** A job may end, or be deleted, while others of its sweep are changed. */
  private static void unlessChanged(TrainingJob job, Consumer<String> move) {
    try {
      move.accept(job.id());
    } catch (IllegalMoveException | UnknownJobException e) {
      // It is in a state that has no such move, which is what was asked for.
    }
  }

  /**
   * Deletes a sweep whose jobs have ended.
   *
   * @param withJobs whether to delete its jobs and their files as well; models stay
   * @throws SweepConflictException if a job has not ended
   */
  public void delete(String id, boolean withJobs) {
    require(id);
    List<TrainingJob> all = ofSweep(id);
    long left = all.stream().filter(job -> !job.status().ended()).count();
    if (left > 0) {
      throw new SweepConflictException(
          "%d of the %d jobs of the sweep have not ended; POST /api/v1/sweeps/%s/cancel cancels them."
              .formatted(left, all.size(), id));
    }
    if (withJobs) {
      all.forEach(job -> deleteUnlessGone(job.id()));
    }
    transaction.executeWithoutResult(
        status -> {
          ofSweeps.leave(id);
          rows.delete(id);
        });
  }

  private void deleteUnlessGone(String job) {
    try {
      jobs.delete(job);
    } catch (UnknownJobException e) {
      // Another request deleted it.
    }
  }

  /**
   * Puts the model of the best job into production.
   *
   * @throws SweepConflictException while no job has succeeded
   */
  public Promoted promote(String id) {
    SweepResult result = get(id);
    Ranking.Row winner =
        result.ranking().winner().orElseThrow(() -> nothingToPromote(result.summary()));
    TrainingJob job = winner.snapshot().job();
    promotion.promote(job.model(), job.modelVersion());
    return new Promoted(winner, result.ranking().rankedBy());
  }

  private static SweepConflictException nothingToPromote(SweepSummary summary) {
    return new SweepConflictException(
        "No job of the sweep has succeeded%s: there is no model to promote."
            .formatted(summary.finished() ? "" : " yet"));
  }

  private Sweep require(String id) {
    return rows.find(id).orElseThrow(() -> new UnknownSweepException(id));
  }
}
