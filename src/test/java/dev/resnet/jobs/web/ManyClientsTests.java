package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.jobs.JobEvents;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** 500 clients of one process follow a job. Its log has the latency and the memory they take. */
@Tag("faults")
class ManyClientsTests extends JobsOverHttp {
  private static final Logger LOG = LoggerFactory.getLogger(ManyClientsTests.class);
  private static final int CLIENTS = 500;
  private static final int EVENTS = 100;

  @Autowired private JobEvents events;
  @Autowired private EventStreams streams;

  /**
   * Notes when each line of the job's log arrives; its text is the time at which it was written.
   */
  private static final class Client implements Flow.Subscriber<String> {
    private final List<Long> written = new CopyOnWriteArrayList<>();
    private final List<Long> latencies = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      int at = line.indexOf("\"message\":\"time ");
      if (at >= 0) {
        long time = Long.parseLong(line.substring(at + 16, line.indexOf('"', at + 16)));
        written.add(time);
        latencies.add(System.nanoTime() - time);
      }
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(null);
    }
  }

  @Test
  void allGetEveryEventInOrderWithoutThreadsOfTheirOwn() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    HttpClient client = HttpClient.newHttpClient();
    long before = heap();
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    List<Client> clients = IntStream.range(0, CLIENTS).mapToObj(i -> new Client()).toList();
    for (Client each : clients) {
      client.sendAsync(
          request(path(job) + "/events").build(), BodyHandlers.fromLineSubscriber(each));
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> streams.count() == CLIENTS);
    long after = heap();
    int more = ManagementFactory.getThreadMXBean().getThreadCount() - threads;

    List<Long> written = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      long time = System.nanoTime();
      written.add(time);
      events.log(id(job), "time " + time);
      int sent = i + 1;
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> clients.get(CLIENTS - 1).written.size() == sent);
    }
    training.allow(3);
    for (Client each : clients) {
      each.end.get(30, TimeUnit.SECONDS);
      assertThat(each.written).isEqualTo(written);
    }
    assertThat(streams.count()).isZero();
    double[] latencies =
        clients.stream()
            .flatMap(each -> each.latencies.stream())
            .mapToDouble(nanos -> nanos * 1e-6)
            .sorted()
            .toArray();
    LOG.info(
        "{} clients, {} events each: latency {} ms in the median, {} ms at 99 %, {} ms at most; heap"
            + " of both ends {} kB a client; {} more threads",
        CLIENTS,
        EVENTS,
        rounded(latencies[latencies.length / 2]),
        rounded(latencies[latencies.length * 99 / 100]),
        rounded(Arrays.stream(latencies).max().orElse(0)),
        (after - before) / 1024 / CLIENTS,
        more);
  }

  private static double rounded(double millis) {
    return Math.round(millis * 10) / 10.0;
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
