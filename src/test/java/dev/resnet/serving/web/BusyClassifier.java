package dev.resnet.serving.web;

import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Picture;
import dev.resnet.serving.Classifier;
import dev.resnet.serving.Images;
import dev.resnet.serving.ServingProperties;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.context.ApplicationContext;

/** Computes as many classifications as may be computed at the same time, until it is closed. */
public final class BusyClassifier implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch computed = new CountDownLatch(1);
  private final List<CompletableFuture<Void>> occupying = new ArrayList<>();

  /** Returns when all are being computed, in the context of {@link ClassifyOverHttp}. */
  public static BusyClassifier of(ApplicationContext context) {
    ModelVersion version = context.getBean(ModelRegistry.class).promoted("net").orElseThrow();
    return new BusyClassifier(
        version,
        context.getBean(Classifier.class),
        context.getBean(ServingProperties.class).computing());
  }

  private BusyClassifier(ModelVersion version, Classifier classifier, int places) {
    var begun = new CountDownLatch(places);
    for (int i = 0; i < places; i++) {
      occupying.add(
          CompletableFuture.runAsync(
              () -> classifier.classify(version, Images.of(pictureThatTakesLong(begun))), threads));
    }
    awaitLatch(begun);
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

  /** Lets the computations end. */
  void release() {
    computed.countDown();
  }

  @Override
  public void close() {
    release();
    occupying.forEach(CompletableFuture::join);
    threads.shutdownNow();
  }
}
