package dev.resnet.jobs;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Tells those who follow jobs what has changed. One thread for all of them reads the database: at
 * an interval, with one query for all watched jobs, and at once if this process wrote an event.
 * While nobody watches, it reads nothing.
 */
public final class JobWatch implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(JobWatch.class);

  /** A job with very short epochs must not make this thread read all the time. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

  /** Follows one job. Called on the watch's thread, so it must not wait for a client. */
  public interface Watcher {
    /** The job as it is now, which may be as it was. */
    void look(JobState now);

    /** The job has been deleted, or this process shuts down. */
    void close();
  }

  private final JobEvents events;
  private final Duration interval;
  private final Map<String, List<Watcher>> watchers = new ConcurrentHashMap<>();

  /** Time from the last look to the next. */
  private Duration pause;

  private volatile boolean running;
  private volatile @Nullable Thread thread;
  private boolean reachable = true;

  JobWatch(JobEvents events, Duration interval) {
    this.events = events;
    this.interval = interval;
    this.pause = interval;
    events.listen(this::changed);
  }

  /** The watcher's first look follows at once. */
  public void add(String job, Watcher watcher) {
    watchers.compute(
        job,
        (id, known) -> {
          List<Watcher> all = known == null ? new CopyOnWriteArrayList<>() : known;
          all.add(watcher);
          return all;
        });
    if (running) {
      wake();
    } else {
      watcher.close();
    }
  }

  public void remove(String job, Watcher watcher) {
    watchers.computeIfPresent(
        job,
        (id, known) -> {
          known.remove(watcher);
          return known.isEmpty() ? null : known;
        });
  }

  /** Looks again soon, because an event has been added to this job. */
  private void changed(String job) {
    if (watchers.containsKey(job)) {
      wake(SHORTEST_PAUSE);
    }
  }

  /** Looks again at once, because a client can take more. */
  public void wake() {
    wake(Duration.ZERO);
  }

  private synchronized void wake(Duration after) {
    pause = after.compareTo(pause) < 0 ? after : pause;
    notifyAll();
  }

  private void run() {
    try {
      while (continues()) {
        awaitWork();
        if (continues()) {
          lookAtAll();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("The watch of jobs is interrupted", e);
    }
  }

  private synchronized void awaitWork() throws InterruptedException {
    long start = System.nanoTime();
    while (continues()) {
      long left = pause.toNanos() - (System.nanoTime() - start);
      if (watchers.isEmpty()) {
        wait();
      } else if (left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } else {
        pause = interval;
        return;
      }
    }
  }

  private void lookAtAll() {
    try {
      Collection<String> ids = List.copyOf(watchers.keySet());
      Map<String, JobState> states =
          events.states(ids).stream()
              .collect(Collectors.toMap(state -> state.job().id(), Function.identity()));
      for (String id : ids) {
        JobState state = states.get(id);
        for (Watcher watcher : watchers.getOrDefault(id, List.of())) {
          if (state == null) {
            watcher.close();
          } else {
            watcher.look(state);
          }
        }
      }
      if (!reachable) {
        LOG.info("The events of jobs can be read again");
      }
      reachable = true;
    } catch (DataAccessException | TransactionException e) {
      if (reachable) { // once, not at every look
        LOG.warn("The events of jobs can't be read; clients wait for them: {}", e.toString());
      }
      reachable = false;
    } catch (RuntimeException e) {
      // The thread must not end: all other clients depend on it.
      LOG.error("A look at the watched jobs failed", e);
    }
  }

  @Override
  public synchronized void start() {
    running = true;
    thread = new Thread(this::run, "jobs-events");
    thread.setDaemon(true);
    thread.start();
  }

  /** False for the thread of an earlier start, which may still wait for the database. */
  private boolean continues() {
    return running && Thread.currentThread() == thread;
  }

  /** Lets go of all clients, so that a graceful shutdown need not wait for them. */
  @Override
  public void stop() {
    synchronized (this) {
      running = false;
      notifyAll();
    }
    watchers.values().forEach(all -> all.forEach(Watcher::close));
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stops before the web server begins to wait for its requests. */
  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
