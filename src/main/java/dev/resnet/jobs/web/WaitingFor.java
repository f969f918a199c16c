package dev.resnet.jobs.web;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.TrainingJob;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Says why a job does not train yet; a download, for example, may take minutes. */
@Component
final class WaitingFor {
  private final DatasetCatalog datasets;
  private final Clock clock;

  @Autowired
  WaitingFor(DatasetCatalog datasets) {
    this(datasets, Clock.systemUTC());
  }

  WaitingFor(DatasetCatalog datasets, Clock clock) {
    this.datasets = datasets;
    this.clock = clock;
  }

  /** Null if the job trains or has ended. */
  @Nullable String of(TrainingJob job) {
    if (job.status() == JobStatus.QUEUED) {
      return queued(job);
    }
    if (job.status() != JobStatus.RUNNING || job.engine() != null) {
      return null;
    }
    String name = job.config().dataset();
    return datasets
        .info(name, job.datasetVersion())
        .filter(info -> info.status() != DatasetInfo.Status.READY)
        .map(info -> "the data set " + name + downloaded(info))
        .orElse("the engine");
  }

  private String queued(TrainingJob job) {
    if (job.heldFor() != null) {
      return job.heldFor();
    }
    Instant next = job.retry().nextAttemptAt();
    return next == null || !next.isAfter(clock.instant())
        ? "a free training slot"
        : "the next attempt at " + next;
  }

  private static String downloaded(DatasetInfo info) {
    return info.progress() == null
        ? ""
        : ", %d %% downloaded%s"
            .formatted(
                (int) (100 * info.progress()),
                info.error() == null ? "" : "; the last attempt failed: " + info.error());
  }
}
