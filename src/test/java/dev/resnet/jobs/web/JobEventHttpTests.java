package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.jobs.JobEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

class JobEventHttpTests extends JobsOverHttp {
  @Autowired private JobEvents events;
  @Autowired private EventStreams streams;
  @LocalServerPort private int port;

  /** An event as a client gets it. */
  private record Event(String id, String type, JsonNode data) {}

  @Test
  void aStreamTellsEverythingInOrderAndCloses() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    HttpResponse<Stream<String>> response = stream(job, null);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/event-stream;charset=UTF-8");
    assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-cache");
    assertThat(response.headers().firstValue("X-Accel-Buffering")).hasValue("no");
    assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();

    training.allow(3);
    List<String> lines = response.body().toList();
    assertThat(lines).startsWith("retry: 2000", "");
    List<Event> all = events(lines);
    assertThat(all.stream().filter(event -> event.type().equals("progress")))
        .as("at most one a second")
        .hasSizeLessThanOrEqualTo(2)
        .allSatisfy(progress -> assertThat(progress.id()).isNull());
    List<Event> kept = all.stream().filter(event -> event.id() != null).toList();
    assertThat(kept.stream().map(event -> Long.parseLong(event.id())))
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(of("status", kept).map(status -> status.get("status").stringValue()))
        .containsExactly("QUEUED", "RUNNING", "SUCCEEDED");
    assertThat(kept.get(kept.size() - 1).type()).isEqualTo("status");
    assertThat(kept.get(kept.size() - 1).data().get("model_version").intValue()).isEqualTo(7);
    assertThat(of("epoch", kept).toList())
        .as("as in the list of epochs")
        .isEqualTo(json(get(path(job) + "/epochs"), 200).get("items").valueStream().toList());

    Event second = kept.get(1);
    assertThat(events(stream(job, second.id()).body().toList()))
        .isEqualTo(kept.subList(2, kept.size()));
    assertThat(
            events(get(path(job) + "/events?last_event_id=" + second.id()).body().lines().toList()))
        .isEqualTo(kept.subList(2, kept.size()));
    String last = kept.get(kept.size() - 1).id();
    assertThat(stream(job, last).statusCode()).as("a browser stops").isEqualTo(204);
    assertThat(events(stream(job, last + "0").body().toList()))
        .as("an id of another database")
        .isEqualTo(kept);
  }

  @Test
  void errorsComeBeforeTheStreamAsProblems() throws Exception {
    JsonNode job = submit(SMALL);
    var unknown = request(JOBS + "/none/events").header("Accept", "text/event-stream");
    assertThat(detail(send(unknown), 404)).contains("There is no training job none");
    for (String id : List.of("abc", "-1", "1.5", "9".repeat(19))) {
      assertThat(detail(send(request(path(job) + "/events").header("Last-Event-ID", id)), 400))
          .contains("Last-Event-ID must be the id of an event");
    }
    assertThat(detail(get(path(job) + "/events?last_event_id=x"), 400)).contains("last_event_id");
    assertThat(detail(get(path(job) + "/events?after=1"), 400)).contains("after is not a known");
    for (String accept : List.of("application/json", "garbage", "text/event-stream;q=0")) {
      detail(send(request(path(job) + "/events").header("Accept", accept)), 406);
    }
  }

  @Test
  void headAndOptionsOpenNoStream() throws Exception {
    JsonNode job = submit(SMALL);
    var head = send(request(path(job) + "/events").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Type"))
        .hasValue("text/event-stream;charset=UTF-8");
    var options = send(request(path(job) + "/events").method("OPTIONS", BodyPublishers.noBody()));
    assertThat(options.headers().firstValue("Allow").orElse("")).contains("GET");
    detail(post(path(job) + "/events", ""), 405);
    await().untilAsserted(() -> assertThat(streams.count()).isZero());
  }

  @Test
  void aClientThatDoesNotReadIsDroppedAndDelaysNobody() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    String text = "x".repeat(60_000);
    try (Socket slow = raw(job)) {
      assertThat(slow.getInputStream().read()).isEqualTo('H');
      CompletableFuture<List<Event>> other = collected(job);
      await().until(() -> streams.count() == 2);
      for (int i = 0; i < 120; i++) { // more than the socket buffers of both sides take
        events.log(id(job), i + text);
      }
      training.allow(3);
      assertThat(of("log", other.get(10, TimeUnit.SECONDS)).filter(this::isLong)).hasSize(120);
      assertThat(streams.count()).isEqualTo(1);
      streams.dropStalled(System.nanoTime() + Duration.ofSeconds(29).toNanos());
      assertThat(streams.count()).isEqualTo(1);
      streams.dropStalled(System.nanoTime() + Duration.ofSeconds(31).toNanos());
      assertThat(streams.count()).isZero();
      long read = drained(slow);
      assertThat(read).as("it got no more than the buffers hold").isLessThan(120 * 60_000L);
    }
  }

  private boolean isLong(JsonNode log) {
    return log.get("message").stringValue().length() > 60_000;
  }

  @Test
  void aClientThatIsGoneIsNoticed() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    try (Socket gone = raw(job)) {
      assertThat(gone.getInputStream().read()).isEqualTo('H');
      assertThat(streams.count()).isEqualTo(1);
      gone.setSoLinger(true, 0); // resets the connection
    }
    await()
        .untilAsserted(
            () -> {
              events.log(id(job), "Something happened.");
              assertThat(streams.count()).isZero();
            });
  }

  @Test
  void aRequestWaitsForTheNextEpochOrStatus() throws Exception {
    JsonNode job = awaitStatus(id(submit(SMALL)), "RUNNING");
    JsonNode queued = submit(SMALL);
    CompletableFuture<HttpResponse<String>> cancelled =
        CLIENT.sendAsync(request(path(queued) + "?wait=60").build(), BodyHandlers.ofString());
    json(post(path(queued) + "/cancel", ""), 202);
    assertThat(json(cancelled.get(10, TimeUnit.SECONDS), 200).get("status").stringValue())
        .isEqualTo("CANCELLED");
    CompletableFuture<HttpResponse<String>> waiting =
        CLIENT.sendAsync(
            request(path(job) + "?wait=60s&after_epoch=0").build(), BodyHandlers.ofString());
    training.allow(1);
    assertThat(json(waiting.get(10, TimeUnit.SECONDS), 200).get("latest").get("epoch").intValue())
        .isEqualTo(1);
    training.allow(1);
    assertThat(json(get(path(job) + "?wait=60s&after_epoch=1"), 200).get("latest").get("epoch"))
        .hasToString("2");
    assertThat(json(get(path(job) + "?wait=60s&after_epoch=1"), 200).get("status").stringValue())
        .as("epoch 2 is there already")
        .isEqualTo("RUNNING");
    assertThat(json(get(path(job) + "?wait=1ms&after_epoch=7"), 200).get("status").stringValue())
        .isEqualTo("RUNNING");
    assertThat(json(get(path(job) + "?wait=1ms"), 200).get("status").stringValue())
        .isEqualTo("RUNNING");
    training.allow(1);
    assertThat(json(get(path(job) + "?wait=60s&after_epoch=7"), 200).get("status").stringValue())
        .isEqualTo("SUCCEEDED");
    assertThat(json(get(path(job) + "?wait=60s"), 200).get("status").stringValue())
        .as("it has ended")
        .isEqualTo("SUCCEEDED");
    for (String wait : List.of("61s", "-1s", "soon", "1e3")) {
      assertThat(detail(get(path(job) + "?wait=" + wait), 400)).contains("wait must be a time");
    }
    assertThat(detail(get(path(job) + "?after_epoch=1"), 400)).contains("after_epoch needs wait");
    detail(get(JOBS + "/none?wait=30s"), 404);
  }

  @Test
  void theLogIsJsonOrText() throws Exception {
    JsonNode job = submit(SMALL);
    events.log(id(job), "Two\nlines with an \u00fc.");
    JsonNode line =
        json(get(path(job) + "/log"), 200)
            .get("items")
            .valueStream()
            .filter(item -> item.get("message").stringValue().equals("Two\nlines with an \u00fc."))
            .findFirst()
            .orElseThrow();
    var text = send(request(path(job) + "/log").header("Accept", "text/plain"));
    assertThat(text.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    assertThat(text.body()).contains(line.get("at").stringValue() + " Two lines with an \u00fc.\n");
    detail(get(JOBS + "/none/log"), 404);
  }

  private HttpResponse<Stream<String>> stream(JsonNode job, String lastEventId) throws Exception {
    HttpRequest.Builder request =
        request(path(job) + "/events").header("Accept", "text/event-stream");
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofLines());
  }

  private CompletableFuture<List<Event>> collected(JsonNode job) {
    return CLIENT
        .sendAsync(request(path(job) + "/events").build(), BodyHandlers.ofLines())
        .thenApply(response -> events(response.body().toList()));
  }

  /** A connection that has asked for the stream and reads only what the test reads. */
  private Socket raw(JsonNode job) throws Exception {
    var socket = new Socket();
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    socket
        .getOutputStream()
        .write(
            "GET %s/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
                .formatted(path(job), port)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static long drained(Socket socket) {
    long read = 0;
    try {
      byte[] some = new byte[1 << 16];
      for (int n = 0; n >= 0; n = socket.getInputStream().read(some)) {
        read += n;
      }
    } catch (IOException e) {
      // The service has reset the connection.
    }
    return read;
  }

  private static Stream<JsonNode> of(String type, List<Event> events) {
    return events.stream().filter(event -> event.type().equals(type)).map(Event::data);
  }

  private static List<Event> events(List<String> lines) {
    List<Event> events = new ArrayList<>();
    String id = null;
    String type = null;
    for (String line : lines) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("data: ")) {
        events.add(new Event(id, type, JSON.readTree(line.substring(6))));
        id = null;
      }
    }
    return events;
  }
}
