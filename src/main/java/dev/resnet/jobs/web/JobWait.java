package dev.resnet.jobs.web;

import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobState;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.JobWatch;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that waits until a job has changed, without a thread. Then it is dispatched again, and
 * its controller answers it at once.
 */
final class JobWait implements JobWatch.Watcher, AsyncListener {
  private static final Logger LOG = LoggerFactory.getLogger(JobWait.class);
  private static final String WAITED = JobWait.class.getName();

  private final AsyncContext context;
  private final String job;
  private final JobStatus status;
  private final int afterEpoch;
  private final JobWatch watch;
  private final EventStreams streams;

  /**
   * Whether the request is dispatched or over. It changes under this object's lock, which is also
   * held while the request is dispatched: the container gives it to another client as soon as its
   * listeners have returned.
   */
  private boolean answered;

  private final AtomicBoolean left = new AtomicBoolean();

  private JobWait(
      AsyncContext context,
      String job,
      JobStatus status,
      int afterEpoch,
      JobWatch watch,
      EventStreams streams) {
    this.context = context;
    this.job = job;
    this.status = status;
    this.afterEpoch = afterEpoch;
    this.watch = watch;
    this.streams = streams;
  }

  /**
   * Begins to wait; false if the request can be answered now.
   *
   * @param afterEpoch an epoch after this one ends the wait; null for the latest one
   */
  static boolean begin(
      HttpServletRequest request,
      JobSnapshot job,
      Duration wait,
      @Nullable Integer afterEpoch,
      JobWatch watch,
      EventStreams streams) {
    JobStatus status = job.job().status();
    int completed = job.latest() == null ? 0 : job.latest().epoch();
    boolean changed = afterEpoch != null && completed > afterEpoch;
    boolean waited = request.getAttribute(WAITED) != null;
    if (wait.isZero()
        || waited
        || changed
        || status.ended()
        || !request.getMethod().equals("GET")) {
      return false;
    }
    streams.enter();
    request.setAttribute(WAITED, true);
    AsyncContext context = request.startAsync();
    context.setTimeout(0); // the timer below ends the wait
    var waiting =
        new JobWait(
            context,
            job.job().id(),
            status,
            afterEpoch == null ? completed : afterEpoch,
            watch,
            streams);
    context.addListener(waiting);
    watch.add(job.job().id(), waiting);
    streams.after(wait, waiting::close);
    return true;
  }

  @Override
  public void look(JobState now) {
    if (now.job().status() != status || now.completedEpochs() > afterEpoch) {
      close();
    }
  }

  /** Ends the wait. */
  @Override
  public void close() {
    dispatch();
    watch.remove(job, this);
  }

  private synchronized void dispatch() {
    if (!answered) {
      answered = true;
      try {
        context.dispatch();
      } catch (IllegalStateException e) {
        LOG.debug("The client has gone before its answer", e);
      }
    }
  }

  private void leave() {
    synchronized (this) {
      answered = true;
    }
    watch.remove(job, this);
    if (left.compareAndSet(false, true)) {
      streams.leave();
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    leave();
  }

  @Override
  public void onError(AsyncEvent event) {
    leave();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    // There is no timeout.
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // Nothing starts it again.
  }
}
