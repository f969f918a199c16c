package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.memory.BusyException;
import dev.resnet.memory.MemoryBudget;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Picture;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Which requests are computed, which wait, and which are refused, at each limit. */
class AdmissionTests {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Runnable NOTHING = () -> {};

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch computed = new CountDownLatch(1);
  private final List<String> order = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    computed.countDown();
    threads.shutdownNow();
  }

  /** A request that computes until the latch is released. */
  private CompletableFuture<Void> occupying(Admission admission, int images) {
    var begun = new CountDownLatch(1);
    var request =
        request(
            admission,
            Caller.PATIENT,
            images,
            () -> {
              begun.countDown();
              awaitLatch(computed);
            });
    awaitLatch(begun);
    return request;
  }

  private CompletableFuture<Void> request(
      Admission admission, Caller caller, int images, Runnable compute) {
    return CompletableFuture.runAsync(
        () -> {
          try (var bound = caller.bind()) {
            admit(
                admission,
                images,
                () -> {
                  compute.run();
                  return null;
                });
          }
        },
        threads);
  }

  private static <T> T admit(Admission admission, int images, Supplier<T> compute) {
    return admission.admit(black(images), decoded -> compute.get());
  }

  private static Images black(int images) {
    return Images.ofBytes(ImageShape.CIFAR, new byte[images * ImageShape.CIFAR.values()]);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private double gauge(String name, String size) {
    return meters.get("resnet.inference." + name).tag("size", size).gauge().value();
  }

  private double refused(String reason, String size) {
    return meters
        .get("resnet.inference.refused")
        .tags("reason", reason, "size", size)
        .counter()
        .count();
  }

  private void awaitWaiting(int requests) {
    await().until(() -> gauge("waiting", "small") == requests);
  }

  @Test
  void soManyAreComputedAndSoManyWait() {
    Admission admission = Admissions.of(2, 3, LONG, meters);
    occupying(admission, 1);
    occupying(admission, 16);
    var waiting = new ArrayList<CompletableFuture<Void>>();
    for (int i = 1; i <= 3; i++) {
      String name = "request " + i;
      waiting.add(request(admission, Caller.PATIENT, 1, () -> order.add(name)));
      awaitWaiting(i);
    }
    assertThat(gauge("computing", "small")).isEqualTo(2);

    assertThatThrownBy(() -> admit(admission, 1, () -> null))
        .isInstanceOfSatisfying(
            OverloadException.class,
            e -> {
              assertThat(e)
                  .hasMessageContaining("3 requests wait")
                  .hasMessageContaining("resnet.serving.max-waiting");
              assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(1));
            });
    assertThat(refused("full", "small")).isEqualTo(1);

    computed.countDown();
    waiting.forEach(CompletableFuture::join);
    assertThat(order).hasSize(3).contains("request 1", "request 2", "request 3");
    await().until(() -> gauge("computing", "small") == 0 && gauge("waiting", "small") == 0);
  }

  @Test
  void thoseThatWaitAreComputedInTheOrderOfArrival() {
    Admission admission = Admissions.of(1, 10, LONG, meters);
    occupying(admission, 1);
    var waiting = new ArrayList<CompletableFuture<Void>>();
    for (int i = 1; i <= 5; i++) {
      String name = "" + i;
      waiting.add(request(admission, Caller.PATIENT, 1, () -> order.add(name)));
      awaitWaiting(i);
    }
    computed.countDown();
    waiting.forEach(CompletableFuture::join);
    assertThat(order).containsExactly("1", "2", "3", "4", "5");
  }

  @Test
  void smallRequestsDoNotWaitForLargeOnes() {
    Admission admission = Admissions.of(1, 0, LONG, meters);
    occupying(admission, 17);
    assertThatThrownBy(() -> admit(admission, 256, () -> null))
        .isInstanceOf(OverloadException.class);
    assertThat(refused("full", "large")).isEqualTo(1);
    assertThat(admit(admission, 16, () -> "computed")).isEqualTo("computed");
  }

  @Test
  void aRequestWaitsNoLongerThanTheLimit() {
    Admission admission = Admissions.of(1, 1, Duration.ofMillis(1), meters);
    occupying(admission, 1);
    assertThatThrownBy(() -> admit(admission, 1, () -> null))
        .isInstanceOf(OverloadException.class)
        .hasMessageContaining("waited for 1 ms, the limit set by resnet.serving.max-wait");
    assertThat(refused("expired", "small")).isEqualTo(1);
    assertThat(gauge("waiting", "small")).isZero();
  }

  @Test
  void aRequestMayAskForLessPatience() {
    Admission admission = Admissions.of(1, 1, LONG, meters);
    occupying(admission, 1);
    assertThatThrownBy(() -> request(admission, new Client(Duration.ZERO), 1, NOTHING).join())
        .isInstanceOf(CompletionException.class)
        .hasRootCauseInstanceOf(OverloadException.class)
        .hasMessageContaining("as long as it asked for with Prefer: wait");
  }

  @Test
  void aRequestMayNotAskForMorePatience() {
    Admission admission = Admissions.of(1, 1, Duration.ofMillis(1), meters);
    occupying(admission, 1);
    assertThatThrownBy(() -> request(admission, new Client(LONG), 1, NOTHING).join())
        .hasMessageContaining("resnet.serving.max-wait");
  }

  @Test
  void nothingIsComputedForAClientThatIsGone() {
    Admission admission = Admissions.of(1, 2, LONG, meters);
    occupying(admission, 1);
    var client = new Client(LONG);
    var request = request(admission, client, 1, () -> order.add("computed"));
    var other = request(admission, Caller.PATIENT, 1, () -> order.add("other"));
    awaitWaiting(2);
    client.gone.set(true);
    assertThatThrownBy(request::join).hasRootCauseInstanceOf(CallerGoneException.class);
    assertThat(refused("gone", "small")).isEqualTo(1);
    computed.countDown();
    other.join();
    assertThat(order).containsExactly("other");
  }

  @Test
  void aFailureGivesThePlaceBack() {
    Admission admission = Admissions.of(1, 0, LONG, meters);
    assertThatThrownBy(
            () ->
                admit(
                    admission,
                    1,
                    () -> {
                      throw new IllegalStateException("no engine");
                    }))
        .hasMessage("no engine");
    assertThat(admit(admission, 1, () -> "computed")).isEqualTo("computed");
  }

  @Test
  void imagesAreDecodedOnlyWhenItIsTheirTurn() {
    Admission admission = Admissions.of(1, 1, LONG, meters);
    occupying(admission, 1);
    var memory = new MemoryBudget(DataSize.ofBytes(1024), Duration.ZERO, "setting", "images");
    Images files =
        new Images.Files(
            1,
            memory,
            1024,
            () -> {
              order.add("decoded");
              assertThatThrownBy(() -> memory.hold(1)).isInstanceOf(BusyException.class);
              return List.of(Picture.black(ImageShape.CIFAR));
            });
    var request =
        CompletableFuture.supplyAsync(
            () -> admission.admit(files, decoded -> decoded.count()), threads);
    awaitWaiting(1);
    assertThat(order).isEmpty();
    memory.hold(1024).close();

    computed.countDown();
    assertThat(request.join()).isEqualTo(1);
    assertThat(order).containsExactly("decoded");
    memory.hold(1024).close();
  }

  @Test
  void theTimeToComeBackCountsWhatRequestsWaitForInTheirPlace() {
    var now = new AtomicLong();
    var admission = new Admission(Admissions.limits(1, 0, LONG), meters, now::get);
    Images waitsForMemory =
        new Images.Files(
            1,
            new MemoryBudget(DataSize.ofBytes(1024), Duration.ZERO, "setting", "images"),
            1024,
            () -> {
              now.addAndGet(Duration.ofSeconds(30).toNanos());
              return List.of(Picture.black(ImageShape.CIFAR));
            });
    admission.admit(waitsForMemory, decoded -> null);
    occupying(admission, 1);
    assertThatThrownBy(() -> admit(admission, 1, () -> null))
        .isInstanceOfSatisfying(
            OverloadException.class,
            e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
  }

  @Test
  void theCallerOfAThreadEndsWithItsScope() {
    var outer = new Client(LONG);
    try (var bound = outer.bind()) {
      try (var inner = new Client(LONG).bind()) {
        assertThat(Caller.current()).isNotSameAs(outer);
      }
      assertThat(Caller.current()).isSameAs(outer);
    }
    assertThat(Caller.current()).isSameAs(Caller.PATIENT);
  }

  private static final class Client implements Caller {
    private final AtomicBoolean gone = new AtomicBoolean();
    private final Duration longestWait;

    Client(Duration longestWait) {
      this.longestWait = longestWait;
    }

    @Override
    public boolean isGone() {
      return gone.get();
    }

    @Override
    public Duration longestWait() {
      return longestWait;
    }
  }
}
