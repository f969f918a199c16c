package dev.resnet.jobs.web;

import dev.resnet.api.ProblemException;
import dev.resnet.jobs.EventsProperties;
import dev.resnet.jobs.JobEvents;
import dev.resnet.jobs.JobState;
import dev.resnet.jobs.JobWatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.HttpStatus;

/** All clients of this process that follow jobs: how many there are, and their times. */
final class EventStreams implements DisposableBean {
  /** How often the streams are checked for clients that don't read. */
  private static final Duration CHECK = Duration.ofSeconds(1);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final JobWatch watch;
  private final JobEvents events;
  private final Function<JobState, String> progress;
  private final EventsProperties settings;
  private final Map<String, JobStreams> byJob = new ConcurrentHashMap<>();
  private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger clients = new AtomicInteger();
  private final Counter dropped;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            var thread = new Thread(work, "event-streams");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param progress the data of the event {@code progress}
   */
  EventStreams(
      JobWatch watch,
      JobEvents events,
      Function<JobState, String> progress,
      EventsProperties settings,
      MeterRegistry meters) {
    this.watch = watch;
    this.events = events;
    this.progress = progress;
    this.settings = settings;
    Gauge.builder("resnet.event.streams", open, Set::size)
        .description("Open streams of job events")
        .register(meters);
    this.dropped =
        Counter.builder("resnet.event.streams.dropped")
            .description("Streams closed because their clients did not read")
            .register(meters);
    long comments = settings.commentInterval().toMillis();
    timer.scheduleAtFixedRate(this::comment, comments, comments, TimeUnit.MILLISECONDS);
    timer.scheduleAtFixedRate(
        () -> dropStalled(System.nanoTime()),
        CHECK.toMillis(),
        CHECK.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /**
   * Answers with the stream of a job's events, from the first one after {@code after}.
   *
   * @throws ProblemException 503 if there are too many clients
   */
  void open(String job, long after, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    enter();
    ServletOutputStream out = response.getOutputStream();
    AsyncContext context = request.startAsync();
    context.setTimeout(0); // none
    var self = new AtomicReference<EventStream>();
    var stream =
        new EventStream(
            context, out, after, System::nanoTime, watch::wake, () -> closed(job, self.get()));
    self.set(stream);
    context.addListener(stream);
    open.add(stream);
    stream.offer(SseText.START);
    out.setWriteListener(stream);
    follow(job, stream);
  }

  private void follow(String job, EventStream stream) {
    byJob.compute(
        job,
        (id, known) -> {
          JobStreams streams = known == null ? new JobStreams(id, events, watch, progress) : known;
          streams.add(stream);
          if (known == null) {
            watch.add(id, streams);
          }
          return streams;
        });
  }

  private void closed(String job, EventStream stream) {
    open.remove(stream);
    leave();
    byJob.computeIfPresent(
        job,
        (id, streams) -> {
          streams.remove(stream);
          if (streams.isEmpty()) {
            watch.remove(id, streams);
            return null;
          }
          return streams;
        });
  }

  /** Counts one more client that waits without a thread. */
  void enter() {
    if (clients.incrementAndGet() > settings.maxClients()) {
      leave();
      throw new ProblemException(
          HttpStatus.SERVICE_UNAVAILABLE,
          "%d clients follow jobs already (resnet.events.max-clients). Try again later."
              .formatted(settings.maxClients()),
          List.of(),
          RETRY_AFTER);
    }
  }

  void leave() {
    clients.decrementAndGet();
  }

  void after(Duration wait, Runnable work) {
    timer.schedule(work, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Also finds clients that are gone: writing to them fails. */
  private void comment() {
    open.stream().filter(EventStream::isIdle).forEach(stream -> stream.offer(SseText.COMMENT));
  }

  /** A time as of {@link System#nanoTime}. */
  void dropStalled(long now) {
    open.stream()
        .filter(stream -> stream.isStalledFor(settings.writeTimeout(), now))
        .forEach(
            stream -> {
              dropped.increment();
              stream.drop();
            });
  }

  /** The open streams of this process. */
  int count() {
    return open.size();
  }

  @Override
  public void destroy() {
    timer.shutdownNow();
  }
}
