package dev.resnet.serving.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.models.ModelVersion;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Picture;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.Images;
import dev.resnet.serving.ServingProperties;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

/** Requests over HTTP while as many as the limit are being computed. */
class OverloadTests extends ClassifyOverHttp {
  @Autowired private Classifier classifier;
  @Autowired private ServingProperties settings;
  @Autowired private MeterRegistry meters;
  @Autowired private Environment environment;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch computed = new CountDownLatch(1);
  private final List<CompletableFuture<Void>> occupying = new ArrayList<>();
  private ModelVersion version;

  @BeforeEach
  void occupyAllPlaces() {
    version = registry.promoted("net").orElseThrow();
    var begun = new CountDownLatch(settings.computing());
    for (int i = 0; i < settings.computing(); i++) {
      occupying.add(
          CompletableFuture.runAsync(
              () -> classifier.classify(version, Images.of(pictureThatTakesLong(begun))), threads));
    }
    awaitLatch(begun);
  }

  @AfterEach
  void release() {
    computed.countDown();
    occupying.forEach(CompletableFuture::join);
    threads.shutdownNow();
  }

  /** Reading its pixels ends with the test. */
  private List<Picture> pictureThatTakesLong(CountDownLatch begun) {
    return new AbstractList<>() {
      @Override
      public Picture get(int index) {
        begun.countDown();
        awaitLatch(computed);
        return Picture.black(ImageShape.CIFAR);
      }

      @Override
      public int size() {
        return 1;
      }
    };
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
        computed.countDown();
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
        computed.countDown();
        assertThat(answer(other)).startsWith("HTTP/1.1 200 ");
      }
      assertThat(answer(socket)).startsWith("HTTP/1.1 200 ").contains("predictions", "total_items");
    }
    assertThat(gone()).isEqualTo(before);
  }
}
