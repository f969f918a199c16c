package dev.resnet.jobs.web;

import static java.util.Objects.requireNonNullElse;

import dev.resnet.api.JsonRequest;
import dev.resnet.api.Problems;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.jobs.EngineCheck;
import dev.resnet.jobs.JobsProperties;
import dev.resnet.jobs.NewJob;
import dev.resnet.jobs.StartingPoints;
import dev.resnet.jobs.StartingPoints.Start;
import dev.resnet.jobs.UnknownStartException;
import dev.resnet.pictures.ImageShape;
import dev.resnet.training.Augmentation;
import dev.resnet.training.Keep;
import dev.resnet.training.StartFrom;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Reads a submission and checks what depends on several fields or on this machine. */
@Component
public final class TrainingJobReader {
  /** The length of the column; H2 counts an emoji as two. */
  private static final int LONGEST_NAME = 255;

  private final JsonRequest<TrainingJobRequest> body;
  private final DatasetCatalog datasets;
  private final EngineCheck engines;
  private final StartingPoints starts;
  private final JobsProperties.Limits limits;

  TrainingJobReader(
      JsonRequest<TrainingJobRequest> body,
      DatasetCatalog datasets,
      EngineCheck engines,
      StartingPoints starts,
      JobsProperties settings) {
    this.body = body;
    this.datasets = datasets;
    this.engines = engines;
    this.starts = starts;
    this.limits = settings.limits();
  }

  NewJob read(byte @Nullable [] sent) {
    var start = new AtomicReference<@Nullable StartFrom>();
    TrainingJobRequest request =
        body.read(
            sent,
            (read, problems) -> {
              check(read, problems);
              start.set(start(read, problems));
            });
    return job(request, start.get());
  }

  /**
   * Reads a job that is part of another request. Invalid values in it become null.
   *
   * @param problems gets all errors
   * @return null if there are errors
   */
  public @Nullable NewJob read(ObjectNode job, Problems problems) {
    var start = new AtomicReference<@Nullable StartFrom>();
    TrainingJobRequest request =
        body.read(
            job,
            problems,
            (read, errors) -> {
              check(read, errors);
              start.set(start(read, errors));
            });
    return problems.errors().isEmpty() ? job(request, start.get()) : null;
  }

  /** All fields of a submission, with the path of those in an object. */
  public Set<String> fields() {
    return body.fields();
  }

  private NewJob job(TrainingJobRequest request, @Nullable StartFrom start) {
    DatasetInfo dataset = datasets.info(request.datasetName()).orElseThrow();
    return request.job(limits, dataset, start);
  }

  private void check(TrainingJobRequest request, Problems problems) {
    checkLength(request.name(), problems);
    if (request.learningRate() != null) {
      // Invalid epochs are not compared with other fields.
      int epochs =
          problems.none("epochs", "train_limit", "validation_fraction")
              ? epochs(request)
              : Integer.MAX_VALUE;
      request.learningRate().check(epochs, problems);
    }
    if (problems.none("validation_fraction") && request.fraction() == 0) {
      checkWithoutValidation(request, problems);
    }
    if (problems.none("engine", "precision")) {
      checkEngine(request, problems);
    }
    if (problems.none("dataset")) {
      checkDataset(request, problems);
    }
  }

  static void checkLength(@Nullable String name, Problems problems) {
    if (name != null && name.length() > LONGEST_NAME) {
      problems.add(
          "name",
          "must be at most %d UTF-16 code units, was %d".formatted(LONGEST_NAME, name.length()));
    }
  }

  private static void checkWithoutValidation(TrainingJobRequest request, Problems problems) {
    String needed = "needs validation images: set validation_fraction above 0, such as 0.1";
    if (request.keep() == Keep.BEST) {
      problems.add("keep", "best " + needed);
    }
    if (request.earlyStopping() != null) {
      problems.add("early_stopping", needed);
    }
  }

  private int epochs(TrainingJobRequest request) {
    return datasets
        .info(request.datasetName())
        .filter(dataset -> dataset.train() > 0) // else its first archive is not converted yet
        .map(dataset -> request.epochs(limits, request.trainImages(dataset)))
        .orElse(Integer.MAX_VALUE);
  }

  /** The weights to start from; null if there is a problem with them. */
  private @Nullable StartFrom start(TrainingJobRequest request, Problems problems) {
    StartFromRequest wanted = request.startFrom();
    if (wanted == null || !wanted.check(problems)) {
      return null;
    }
    try {
      Start start = starts.find(wanted.request(), wanted.freezeOrNone());
      checkFit(request, start, problems);
      return start.from();
    } catch (UnknownStartException e) {
      problems.add(e.field(), e.getMessage());
      return null;
    }
  }

  private void checkFit(TrainingJobRequest request, Start start, Problems problems) {
    if (problems.none("stack_n") && request.stackN() != start.stackN()) {
      problems.add(
          "stack_n",
          "must be %d, as in %s, was %d"
              .formatted(start.stackN(), start.from().label(), request.stackN()));
    }
    ImageShape images =
        datasets.info(request.datasetName()).map(DatasetInfo::shape).orElse(start.shape());
    if (start.shape() != null && !start.shape().equals(images)) {
      problems.add(
          "start_from",
          "must name weights for images of %s, as in data set '%s'; those of %s are for %s"
              .formatted(images, request.datasetName(), start.from().label(), start.shape()));
    }
  }

  /**
   * If the engine can run with another precision, the error is in the precision. If nothing can
   * train at present, no field is invalid: the job waits until something can, and says why.
   */
  private void checkEngine(TrainingJobRequest request, Problems problems) {
    if (engines.refusal(EngineName.AUTO, Precision.AUTO).isPresent()) {
      return;
    }
    EngineName engine = requireNonNullElse(request.engine(), EngineName.AUTO);
    Precision precision = requireNonNullElse(request.precision(), Precision.AUTO);
    Optional<String> refusal = engines.refusal(engine, Precision.AUTO);
    if (refusal.isPresent()) {
      problems.add("engine", "can't run here: " + refusal.get());
      return;
    }
    engines
        .refusal(engine, precision)
        .ifPresent(reason -> problems.add("precision", "is not available here: " + reason));
  }

  private void checkDataset(TrainingJobRequest request, Problems problems) {
    Optional<DatasetInfo> dataset = datasets.info(request.datasetName());
    if (dataset.isEmpty()) {
      problems.add(
          "dataset",
          "is not a known data set; there are "
              + datasets.list().stream().map(DatasetInfo::name).collect(Collectors.joining(", ")));
      return;
    }
    if (dataset.get().uploaded() != null && dataset.get().sha256() == null) {
      problems.add("dataset", notReady(dataset.get()));
      return;
    }
    if (problems.none("train_limit", "batch_size", "validation_fraction")
        && request.batchSize() != null
        && request.batchSize() > request.trainImages(dataset.get())) {
      problems.add(
          "batch_size",
          "must be at most %d, the number of training images%s, was %d: there would be no full batch"
              .formatted(
                  request.trainImages(dataset.get()),
                  request.fraction() == 0 ? "" : " that remain beside those for validation",
                  request.batchSize()));
    }
    int size = dataset.get().shape().size();
    if (request.augmentation() != null
        && request.augmentation().or(Augmentation.NONE).cutout() > size) {
      problems.add(
          "augmentation.cutout",
          "must be at most %d, the size of the images, was %d"
              .formatted(size, request.augmentation().cutout()));
    }
  }

  private static String notReady(DatasetInfo info) {
    return info.progress() == null
        ? "is not there: its upload failed (%s)".formatted(info.error())
        : "is still being converted (%d %%); wait until GET /api/v1/datasets/%s says READY"
            .formatted((int) (100 * info.progress()), info.name());
  }
}
