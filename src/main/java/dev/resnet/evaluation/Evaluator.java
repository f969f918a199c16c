package dev.resnet.evaluation;

import dev.resnet.data.ImageReader;
import dev.resnet.data.ImageSet;
import dev.resnet.evaluation.LabelledImages.Chosen;
import dev.resnet.files.AtomicFiles.Written;
import dev.resnet.memory.BusyException;
import dev.resnet.models.EvaluationMetrics;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;

/**
 * Evaluates versions and keeps the results: choose the images, predict each, measure, store. One
 * evaluation runs at a time in a process. It computes in small batches, between which
 * classifications get the cores.
 */
public final class Evaluator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Evaluator.class);

  /** The reason if the service ended an evaluation. */
  static final String STOPPED = "The service is being stopped.";

  /** How often an evaluation that waits looks whether it is still wanted. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  private final LabelledImages images;
  private final Networks networks;
  private final EvaluationRows rows;
  private final PredictionFiles files;
  private final ModelRegistry registry;
  private final Duration wait;
  private final Clock clock;
  private final Semaphore turn = new Semaphore(1, true);
  private volatile boolean stopping;
  private volatile boolean closed;

  /**
   * @param wait how long a request waits for another evaluation
   */
  Evaluator(
      LabelledImages images,
      Networks networks,
      EvaluationRows rows,
      PredictionFiles files,
      ModelRegistry registry,
      Duration wait,
      Clock clock) {
    this.images = images;
    this.networks = networks;
    this.rows = rows;
    this.files = files;
    this.registry = registry;
    this.wait = wait;
    this.clock = clock;
  }

  /**
   * @param cached whether it was computed earlier
   */
  public record Result(Evaluation evaluation, boolean cached) {}

  /** The kept evaluation of a choice, which may have to be loaded to know. */
  Optional<Evaluation> kept(ModelVersion version, Chosen chosen) {
    return chosen.sha256() == null
        ? Optional.empty()
        : rows.find(version, chosen.sha256(), chosen.split());
  }

  /**
   * Evaluates a version, unless that has been done.
   *
   * @param refresh whether to do it again
   * @param patient whether to wait for other evaluations as long as they take
   * @param stop asked after every batch, and while it waits
   * @throws BusyException if another evaluation does not end in time
   * @throws CancellationException if {@code stop} or {@link #close} ended it; nothing is kept
   * @throws EvaluationException if the images or the network can't be used
   */
  Result evaluate(
      ModelVersion version, Chosen chosen, boolean refresh, boolean patient, BooleanSupplier stop) {
    if (!refresh) {
      Optional<Evaluation> kept = kept(version, chosen);
      if (kept.isPresent()) {
        return new Result(kept.get(), true);
      }
    }
    takeTurn(patient, stop);
    try (ImageReader data = images.open(chosen)) {
      // Another request may have asked for the same.
      Optional<Evaluation> kept = rows.find(version, data.sha256(), chosen.split());
      return kept.isPresent() && !refresh
          ? new Result(kept.get(), true)
          : replaced(version, measured(version, data, chosen, stop), kept);
    } catch (IOException e) {
      throw LabelledImages.unreadable(chosen, e);
    } finally {
      turn.release();
    }
  }

  private void takeTurn(boolean patient, BooleanSupplier stop) {
    long end = System.nanoTime() + wait.toNanos();
    try {
      while (true) {
        requireGoOn(stop);
        long left = patient ? LOOK : Math.min(LOOK, end - System.nanoTime());
        if (turn.tryAcquire(left, TimeUnit.NANOSECONDS)) {
          return;
        }
        if (left < LOOK) {
          break;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new BusyException(
        "Another evaluation is under way, and each process runs one at a time"
            + " (resnet.evaluation.longest-wait says how long a request waits).");
  }

  /** What is to be kept. */
  record Measured(
      Chosen data,
      String dataSha256,
      Predictions predictions,
      EvaluationMetrics metrics,
      String engine,
      String precision,
      double seconds) {}

  private Measured measured(
      ModelVersion version, ImageReader data, Chosen chosen, BooleanSupplier stop)
      throws IOException {
    long began = System.nanoTime();
    try (Networks.Opened network = networks.open(version)) {
      var scores = new Scores(version.classes());
      var predictions = Predictions.ofImages(data.count());
      int[] classOf = data.classes().stream().mapToInt(version.classes()::indexOf).toArray();
      var batches = new Batches(version, network.engine());
      for (int from = 0; from < data.count(); from += batches.size()) {
        requireGoOn(stop);
        ImageSet batch = data.next(batches.size());
        float[][] probabilities = batches.probabilities(batch);
        for (int i = 0; i < probabilities.length; i++) {
          int truth = classOf[batch.label(i)];
          int predicted = scores.add(truth, probabilities[i]);
          predictions.truth()[from + i] = truth;
          predictions.predicted()[from + i] = predicted;
          predictions.confidence()[from + i] = probabilities[i][predicted];
        }
      }
      return new Measured(
          chosen,
          data.sha256(),
          predictions,
          scores.metrics(),
          network.description().engine().wireName(),
          network.description().precision().wireName(),
          (System.nanoTime() - began) / 1e9);
    }
  }

  private void requireGoOn(BooleanSupplier stop) {
    if (closed || stop.getAsBoolean()) {
      throw new CancellationException(
          closed || stopping ? STOPPED : "The evaluation is no longer wanted.");
    }
  }

  /** Keeps a first evaluation. */
  Result keep(ModelVersion version, Measured measured) {
    return replaced(version, measured, Optional.empty());
  }

  /** The file first, so that each row has its file. */
  private Result replaced(ModelVersion version, Measured measured, Optional<Evaluation> old) {
    String id = UUID.randomUUID().toString();
    String file = PredictionFiles.name(version, id);
    var committing = new AtomicBoolean();
    try {
      Evaluation evaluation =
          evaluation(version, id, file, measured, files.write(file, measured.predictions()));
      boolean done =
          registry.whileRegistered(
              version,
              () -> {
                old.map(Evaluation::id).ifPresent(rows::delete);
                rows.insert(evaluation);
                committing.set(true);
              });
      if (!done) {
        files.deleteWithVersion(file);
        throw registry.lookup().unknown(version.name(), version.version());
      }
      LOG.info(
          "Evaluated {} on {} ({}): accuracy {}, {} images in {} s",
          version.label(),
          evaluation.dataset(),
          evaluation.split().wireName(),
          evaluation.metrics().accuracy(),
          evaluation.metrics().images(),
          evaluation.seconds());
      old.map(Evaluation::file).ifPresent(files::delete);
      return new Result(evaluation, false);
    } catch (DuplicateKeyException e) {
      // Another process was faster.
      files.delete(file);
      return new Result(
          rows.find(version, measured.dataSha256(), measured.data().split()).orElseThrow(() -> e),
          true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      // A commit that failed for us may still have succeeded in the database.
      if (!committing.get()) {
        files.delete(file);
      }
      throw e;
    }
  }

  private Evaluation evaluation(
      ModelVersion version, String id, String file, Measured measured, Written written) {
    return new Evaluation(
        id,
        version.name(),
        version.version(),
        measured.data().dataset(),
        measured.dataSha256(),
        measured.data().split(),
        measured.metrics(),
        measured.engine(),
        measured.precision(),
        measured.seconds(),
        clock.instant().truncatedTo(ChronoUnit.MICROS),
        file,
        written.size(),
        written.sha256());
  }

  /** Whether the service is being stopped, so that only jobs may still need an evaluation. */
  boolean isStopping() {
    return stopping;
  }

  /** See {@link #isStopping}. */
  void stop() {
    stopping = true;
  }

  /** Ends an evaluation within one batch, and refuses further ones. */
  @Override
  public void close() {
    closed = true;
  }
}
