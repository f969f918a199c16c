package dev.resnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.resnet.data.DatasetInfo.Status;
import dev.resnet.data.synthetic.SyntheticClass;
import dev.resnet.data.synthetic.SyntheticImages;
import dev.resnet.data.synthetic.SyntheticSettings;
import dev.resnet.data.synthetic.SyntheticSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CachingDatasetCatalogTests {
  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final ScriptedSource source = new ScriptedSource();
  private final CachingDatasetCatalog catalog =
      new CachingDatasetCatalog(
          List.of(source, new SyntheticSource(new SyntheticSettings(20, 10, 1))));

  @AfterEach
  void close() {
    catalog.close();
    callers.shutdownNow();
  }

  @Test
  void listsItsSetsInOrderWithoutLoadingThem() {
    assertThat(catalog.list()).extracting(DatasetInfo::name).containsExactly("set", "synthetic");
    assertThat(catalog.info("synthetic"))
        .hasValueSatisfying(
            info -> {
              assertThat(info.status()).isEqualTo(Status.READY);
              assertThat(info.train()).isEqualTo(20);
              assertThat(info.test()).isEqualTo(10);
              assertThat(info.classes()).isEqualTo(SyntheticClass.labels());
              assertThat(info.sha256()).isNull();
              assertThat(info.normalization()).isNull();
            });
    assertThat(source.reads).hasValue(0);
  }

  @Test
  void knowsMoreOfASetThatHasBeenLoaded() throws IOException {
    Dataset dataset = catalog.load("synthetic");

    DatasetInfo info = catalog.info("synthetic").orElseThrow();
    assertThat(info.sha256()).isEqualTo(dataset.sha256());
    assertThat(info.normalization().mean()).isEqualTo(dataset.normalization().mean());
    assertThat(info.status()).isEqualTo(Status.READY);
  }

  @Test
  void hasNoOtherSets() {
    assertThat(catalog.info("mnist")).isEmpty();
    assertThatThrownBy(() -> catalog.load("mnist"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("mnist", "synthetic");
  }

  @Test
  void loadsASetOnceForAllWhoWait() throws Exception {
    List<Future<Dataset>> waiting = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      waiting.add(callers.submit(() -> catalog.load("set")));
    }
    source.begun.await();
    source.go.countDown();

    Dataset dataset = waiting.get(0).get();
    for (Future<Dataset> waiter : waiting) {
      assertThat(waiter.get()).isSameAs(dataset);
    }
    assertThat(catalog.load("set")).isSameAs(dataset);
    assertThat(source.reads).hasValue(1);
  }

  @Test
  void showsHowFarADownloadIs() throws Exception {
    source.present = false;
    assertThat(info().status()).isEqualTo(Status.ABSENT);

    Future<Dataset> waiter = callers.submit(() -> catalog.load("set"));
    source.begun.await();
    assertThat(info().status()).isEqualTo(Status.ABSENT);
    source.listener.downloaded(0.25);
    assertThat(info().status()).isEqualTo(Status.DOWNLOADING);
    assertThat(info().progress()).isEqualTo(0.25);
    source.go.countDown();
    waiter.get();

    assertThat(info().status()).isEqualTo(Status.READY);
    assertThat(info().progress()).isNull();
  }

  @Test
  void showsWhyADownloadIsRetriedUntilNewBytesCome() throws Exception {
    Future<Dataset> waiter = callers.submit(() -> catalog.load("set"));
    source.begun.await();
    source.listener.downloaded(0.25);
    assertThat(info().error()).isNull();

    source.listener.attemptFailed("no network: mend it");
    source.listener.downloaded(0.25); // the next attempt begins where the last one stopped
    assertThat(info().status()).isEqualTo(Status.DOWNLOADING);
    assertThat(info().error()).isEqualTo("no network: mend it");
    assertThat(info().progress()).isEqualTo(0.25);

    source.listener.downloaded(0.26);
    assertThat(info().error()).isNull();

    source.listener.attemptFailed("no network: mend it");
    source.go.countDown();
    waiter.get();
    assertThat(info().error()).isNull();
  }

  @Test
  void saysWhyASetCouldNotBeHadAndTriesAgain() throws IOException {
    source.go.countDown();
    source.failure = new IOException("the dog ate it: get another dog");

    assertThatThrownBy(() -> catalog.load("set"))
        .isInstanceOf(IOException.class)
        .hasMessage("the dog ate it: get another dog");
    assertThat(info().status()).isEqualTo(Status.FAILED);
    assertThat(info().error()).isEqualTo("the dog ate it: get another dog");

    source.failure = null;
    assertThat(catalog.load("set").name()).isEqualTo("set");
    assertThat(info().status()).isEqualTo(Status.READY);
    assertThat(info().error()).isNull();
  }

  @Test
  void tellsOfAFailureThatNobodyForesaw() {
    source.go.countDown();
    source.failure = new IllegalStateException();

    assertThatThrownBy(() -> catalog.load("set"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("IllegalStateException");
  }

  @Test
  void tellsEverybodyWhoWaitsOfAnError() {
    source.go.countDown();
    source.failure = new NoClassDefFoundError("some/Library");

    assertThatThrownBy(() -> catalog.load("set"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("some/Library");
    assertThat(info().status()).isEqualTo(Status.FAILED);
  }

  @Test
  void letsNobodyWaitWhoComesAfterTheServiceHasStopped() {
    catalog.close();

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> catalog.load("set"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("being stopped");
    }
  }

  @Test
  void saysWhatToDoWhereMemoryIsShort() {
    source.go.countDown();
    source.failure = new OutOfMemoryError("as a test");

    assertThatThrownBy(() -> catalog.load("set"))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("not enough memory", "-Xmx");
  }

  @Test
  void goesOnForTheOthersWhereOneIsInterrupted() throws Exception {
    Future<Dataset> stays = callers.submit(() -> catalog.load("set"));
    source.begun.await();
    var interrupted = new Caller();
    interrupted.thread.start();
    awaitWaiting(interrupted.thread);

    interrupted.thread.interrupt();
    interrupted.thread.join();
    source.go.countDown();

    assertThat(interrupted.thrown).isInstanceOf(InterruptedIOException.class);
    assertThat(interrupted.flag).as("still interrupted").isTrue();
    assertThat(stays.get().name()).isEqualTo("set");
    assertThat(source.reads).hasValue(1);
  }

  @Test
  void givesUpWhereTheLastOneIsInterrupted() throws Exception {
    var caller = new Caller();
    caller.thread.start();
    source.begun.await();
    source.listener.downloaded(0.5);

    caller.thread.interrupt();
    caller.thread.join();

    await().untilAsserted(() -> assertThat(source.interrupted).isTrue());
    assertThat(info().status()).isEqualTo(Status.READY);
    assertThat(info().error()).isNull();

    source.go.countDown();
    assertThat(catalog.load("set").name()).isEqualTo("set");
    assertThat(source.reads).hasValue(2);
  }

  @Test
  void letsNobodyWaitForEverWhereTheServiceStops() throws Exception {
    Future<Dataset> waiter = callers.submit(() -> catalog.load("set"));
    source.begun.await();

    catalog.close();

    assertThatThrownBy(waiter::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("being stopped");
    await().untilAsserted(() -> assertThat(source.interrupted).isTrue());
  }

  private DatasetInfo info() {
    return catalog.info("set").orElseThrow();
  }

  private static void awaitWaiting(Thread thread) {
    await().until(() -> thread.getState() == Thread.State.WAITING);
  }

  /** Loads on a thread that can be interrupted. */
  private final class Caller {
    volatile Throwable thrown;
    volatile boolean flag;
    final Thread thread = new Thread(this::load);

    private void load() {
      try {
        catalog.load("set");
      } catch (IOException e) {
        thrown = e;
        flag = Thread.currentThread().isInterrupted();
      }
    }
  }

  /** Waits for a sign before it hands its set out. */
  private static final class ScriptedSource implements DatasetSource {
    final AtomicInteger reads = new AtomicInteger();
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    volatile boolean present = true;
    volatile Throwable failure;
    volatile DownloadListener listener;
    volatile boolean interrupted;

    @Override
    public String name() {
      return "set";
    }

    @Override
    public Overview overview() {
      return new Overview(List.of("a", "b"), 2, 1, present);
    }

    @Override
    public Dataset read(DownloadListener told) throws IOException {
      reads.incrementAndGet();
      listener = told;
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        interrupted = true;
        throw new InterruptedIOException();
      }
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      var images = new SyntheticImages(1);
      return Dataset.of("set", List.of("a", "b"), images.train(2), images.test(1));
    }
  }
}
