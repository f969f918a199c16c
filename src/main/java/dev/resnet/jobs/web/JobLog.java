package dev.resnet.jobs.web;

import dev.resnet.jobs.JobEvent;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;

/** What happened to a job, oldest line first. */
@Schema(name = "JobLog")
record JobLog(List<Line> items) {

  @Schema(name = "JobLogLine")
  record Line(
      Instant at,
      @Schema(example = "Attempt 2 started on worker-1-4711, after epoch 12.") String message) {}

  static JobLog of(List<JobEvent> lines) {
    return new JobLog(
        lines.stream().map(line -> new Line(line.at(), "" + line.message())).toList());
  }
}
