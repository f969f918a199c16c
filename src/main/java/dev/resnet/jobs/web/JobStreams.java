package dev.resnet.jobs.web;

import dev.resnet.jobs.JobEvent;
import dev.resnet.jobs.JobEvents;
import dev.resnet.jobs.JobState;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.JobWatch;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The streams of one job. Clients that have got the same events share a page: it is read and
 * encoded once.
 */
final class JobStreams implements JobWatch.Watcher {
  /** Events in a page. */
  private static final int PAGE = 100;

  /** Characters after which a page ends, which may also be one long event. */
  private static final int LONGEST_PAGE = 64 * 1024;

  /** Pages that one look may send, so that other jobs get their turn. */
  private static final int MOST_PAGES = 20;

  private final String job;
  private final JobEvents events;
  private final JobWatch watch;
  private final Function<JobState, String> progress;
  private final Collection<EventStream> streams = new CopyOnWriteArrayList<>();

  /**
   * @param progress the data of the event {@code progress}
   */
  JobStreams(String job, JobEvents events, JobWatch watch, Function<JobState, String> progress) {
    this.job = job;
    this.events = events;
    this.watch = watch;
    this.progress = progress;
  }

  void add(EventStream stream) {
    streams.add(stream);
  }

  void remove(EventStream stream) {
    streams.remove(stream);
  }

  boolean isEmpty() {
    return streams.isEmpty();
  }

  @Override
  public void look(JobState now) {
    int pages = 0;
    Map<Long, List<EventStream>> behind = behind(now);
    while (!behind.isEmpty() && pages < MOST_PAGES) {
      for (Map.Entry<Long, List<EventStream>> same : behind.entrySet()) {
        send(same.getKey(), same.getValue(), now.lastEvent());
        pages++;
      }
      behind = behind(now);
    }
    if (!behind.isEmpty()) {
      watch.wake();
    }
    if (now.job().status() == JobStatus.RUNNING) {
      sendProgress(now);
    } else if (now.job().status().ended()) {
      streams.stream()
          .filter(stream -> stream.isIdle() && stream.cursor() >= now.lastEvent())
          .forEach(EventStream::finish);
    }
  }

  /** The clients that can take more, by the last event that they have got. */
  private Map<Long, List<EventStream>> behind(JobState now) {
    return streams.stream()
        .filter(stream -> stream.isIdle() && stream.cursor() < now.lastEvent())
        .collect(Collectors.groupingBy(EventStream::cursor));
  }

  private void send(long after, List<EventStream> clients, long last) {
    var text = new StringBuilder();
    long sent = last; // if the rest has been deleted
    for (JobEvent event : events.after(job, after, PAGE)) {
      text.append(SseText.event(event));
      sent = event.id();
      if (text.length() > LONGEST_PAGE) {
        break;
      }
    }
    byte[] page = text.toString().getBytes(StandardCharsets.UTF_8);
    for (EventStream client : clients) {
      client.offer(page, sent);
    }
  }

  private void sendProgress(JobState now) {
    List<EventStream> takers =
        streams.stream()
            .filter(stream -> stream.cursor() >= now.lastEvent() && stream.takesProgress())
            .toList();
    if (!takers.isEmpty()) {
      byte[] text = SseText.progress(progress.apply(now)).getBytes(StandardCharsets.UTF_8);
      takers.forEach(stream -> stream.offer(text));
    }
  }

  @Override
  public void close() {
    streams.forEach(EventStream::close);
  }
}
