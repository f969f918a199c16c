package dev.resnet.jobs;

import dev.resnet.jobs.RunHandle.Reason;
import dev.resnet.jobs.TrainingJobRepository.Ownership;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The attempts that run in this process; stops them on request. */
final class RunningJobs {
  private final TrainingJobRepository jobs;
  private final Map<String, RunHandle> handles = new ConcurrentHashMap<>();
  private volatile boolean shuttingDown;

  RunningJobs(TrainingJobRepository jobs) {
    this.jobs = jobs;
  }

  RunHandle open(TrainingJob job) {
    var handle = new RunHandle(job.id(), job.attempt());
    handles.put(job.id(), handle);
    if (shuttingDown) {
      handle.stop(Reason.SHUTDOWN);
    }
    return handle;
  }

  void close(RunHandle handle) {
    handles.remove(handle.job(), handle);
  }

  /** Whether this process runs the job at this moment. */
  boolean runs(String job) {
    return handles.containsKey(job);
  }

  /** Whether nothing runs in this process. */
  boolean isIdle() {
    return handles.isEmpty();
  }

  /**
   * Takes effect at once if the job runs in this process; another process sees the row within a
   * second.
   */
  void stop(String job, StopRequest request) {
    RunHandle handle = handles.get(job);
    if (handle != null) {
      handle.stop(reason(request));
    }
  }

  private static Reason reason(StopRequest request) {
    return request == StopRequest.CANCEL ? Reason.CANCELLED : Reason.PAUSED;
  }

  void shutDown() {
    shuttingDown = true;
    handles.values().forEach(handle -> handle.stop(Reason.SHUTDOWN));
  }

  /** Reads what other processes decided about the jobs that run here. */
  void poll() {
    if (isIdle()) {
      return;
    }
    // Copy the handles first: one that opens in between is checked next time.
    Map<String, RunHandle> here = Map.copyOf(handles);
    Map<String, Ownership> rows =
        jobs.ownership(here.keySet()).stream()
            .collect(Collectors.toMap(Ownership::id, Function.identity()));
    for (RunHandle handle : here.values()) {
      Ownership row = rows.get(handle.job());
      if (row == null || row.attempt() != handle.attempt()) {
        handle.stop(Reason.LOST);
      } else if (row.requested() != null) {
        handle.stop(reason(row.requested()));
      }
    }
  }
}
