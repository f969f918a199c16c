package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;

/** Requests over HTTP while as many as the limit are being computed. */
class OverloadTests extends ClassifyOverHttp {
  @Autowired private ApplicationContext context;
  @Autowired private MeterRegistry meters;
  @Autowired private Environment environment;

  private BusyClassifier busy;

  @BeforeEach
  void occupyAllPlaces() {
    busy = BusyClassifier.of(context);
  }

  @AfterEach
  void release() {
    busy.close();
  }

  private double waiting() {
    return meters.get("resnet.inference.waiting").tag("size", "small").gauge().value();
  }

  private double gone() {
    return meters
        .get("resnet.inference.refused")
        .tags("reason", "gone", "size", "small")
        .counter()
        .count();
  }

  private long computations() {
    var timer = meters.find("resnet.inference").timer();
    return timer == null ? 0 : timer.count();
  }

  /** Sends a classification and what comes after it in one piece. */
  private Socket send(String headers, byte... next) throws Exception {
    int port = environment.getRequiredProperty("local.server.port", Integer.class);
    var socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    byte[] png = png(1);
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: %d\r\n%s\r\n"
            .formatted(CLASSIFY, png.length, headers);
    var all = new ByteArrayOutputStream();
    all.writeBytes(head.getBytes(US_ASCII));
    all.writeBytes(png);
    all.writeBytes(next);
    socket.getOutputStream().write(all.toByteArray());
    return socket;
  }

  private static String answer(Socket socket) throws Exception {
    return new String(socket.getInputStream().readAllBytes(), US_ASCII);
  }

  @Test
  void aRequestThatCannotWaitGets429() throws Exception {
    try (var socket = send("Prefer: respond-async, wait=0\r\nConnection: close\r\n")) {
      assertThat(answer(socket))
          .startsWith("HTTP/1.1 429 ")
          .contains("Retry-After: 1\r\n", "Prefer: wait", "Nothing was computed");
    }
  }

  @Test
  void nothingIsComputedForAClientThatHungUp() throws Exception {
    double before = gone();
    long computations = computations();
    try (var socket = send("")) {
      await().until(() -> waiting() == 1);
    }
    await().until(() -> gone() == before + 1 && waiting() == 0);
    assertThat(computations()).isEqualTo(computations);
  }

  @Test
  void aClientThatSendsItsNextRequestHasNotHungUp() throws Exception {
    double before = gone();
    try (var socket = send("")) {
      await().until(() -> waiting() == 1);
      String next = "GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(next.getBytes(US_ASCII));
      try (var other = send("Connection: close\r\n")) {
        await().until(() -> waiting() == 2);
        busy.release();
        assertThat(answer(other)).startsWith("HTTP/1.1 200 ");
      }
      assertThat(answer(socket)).startsWith("HTTP/1.1 200 ").contains("predictions", "total_items");
    }
    assertThat(gone()).isEqualTo(before);
  }

  @Test
  void aRequestThatWasSentTogetherWithTheOneBeforeIsAnsweredToo() throws Exception {
    double before = gone();
    String next = "GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    try (var socket = send("", next.getBytes(US_ASCII))) {
      await().until(() -> waiting() == 1);
      try (var other = send("Connection: close\r\n")) {
        await().until(() -> waiting() == 2);
        busy.release();
        assertThat(answer(other)).startsWith("HTTP/1.1 200 ");
      }
      assertThat(answer(socket)).startsWith("HTTP/1.1 200 ").contains("predictions", "total_items");
    }
    assertThat(gone()).isEqualTo(before);
  }
}
