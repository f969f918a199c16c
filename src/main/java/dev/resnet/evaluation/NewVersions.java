package dev.resnet.evaluation;

import dev.resnet.models.ModelVersion;
import dev.resnet.models.VersionAccuracy;
import dev.resnet.models.VersionRegistered;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Evaluates what training needs: each new version on its own test images, on a thread of its own
 * after the job has ended, and the version in production where a new one was tested on other
 * images. A failure is logged and loses nothing: a request can evaluate later.
 */
final class NewVersions implements VersionAccuracy, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NewVersions.class);

  private final Evaluator evaluator;
  private final LabelledImages images;
  private final boolean afterTraining;
  private final ThreadPoolExecutor thread;

  /**
   * @param afterTraining whether to evaluate new versions
   * @param maxQueued versions that may wait for that
   */
  NewVersions(Evaluator evaluator, LabelledImages images, boolean afterTraining, int maxQueued) {
    this.evaluator = evaluator;
    this.images = images;
    this.afterTraining = afterTraining;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(maxQueued),
            task -> {
              var daemon = new Thread(task, "evaluation");
              daemon.setDaemon(true);
              return daemon;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /** Called on the thread of the job, which must not wait for it. */
  @EventListener
  void evaluate(VersionRegistered event) {
    ModelVersion version = event.version();
    if (!afterTraining || version.training() == null) {
      return;
    }
    try {
      thread.execute(() -> evaluateOrLog(version));
    } catch (RejectedExecutionException e) {
      LOG.warn(
          "{} is not evaluated on its test images: {}",
          version.label(),
          thread.isShutdown()
              ? "the service is being stopped"
              : "too many versions wait for that (resnet.evaluation.max-queued)");
    }
  }

  private void evaluateOrLog(ModelVersion version) {
    try {
      evaluator.evaluate(
          version, images.choose(version, null, Split.TEST), false, true, evaluator::isStopping);
    } catch (EvaluationException | CancellationException e) {
      LOG.warn(
          "{} is not evaluated on its test images: {} POST /api/v1/models/{}/versions/{}/evaluate"
              + " does it later",
          version.label(),
          e.getMessage(),
          version.name(),
          version.version());
    } catch (RuntimeException e) {
      LOG.warn("{} could not be evaluated on its test images", version.label(), e);
    }
  }

  @Override
  public OptionalDouble testAccuracy(
      ModelVersion version, String dataset, String dataSha256, BooleanSupplier stop) {
    try {
      var chosen = images.choose(version, dataset, dataSha256, Split.TEST);
      return OptionalDouble.of(
          evaluator.evaluate(version, chosen, false, true, stop).evaluation().metrics().accuracy());
    } catch (EvaluationException e) {
      LOG.warn("{} is not evaluated on {}: {}", version.label(), dataset, e.getMessage());
      return OptionalDouble.empty();
    }
  }

  /**
   * Called before anything waits for requests or jobs to end: evaluations that no job waits for end
   * within a batch, and can be asked for after the next start.
   */
  @EventListener(ContextClosedEvent.class)
  void stop() {
    evaluator.stop();
  }

  @Override
  public void close() throws InterruptedException {
    evaluator.close();
    // Not interrupted: an interrupt within a statement closes the files of the embedded database.
    thread.shutdown();
    if (!thread.awaitTermination(20, TimeUnit.SECONDS)) {
      LOG.warn("An evaluation has not ended in time");
    }
  }
}
