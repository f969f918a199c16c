package dev.resnet.jobs;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import dev.resnet.pictures.ImageShape;
import dev.resnet.training.Freeze;
import dev.resnet.training.StartFrom;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.TrainedNetworks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The weights that a job may start from: those of registered models and those of other jobs. */
public final class StartingPoints {
  /** Starting weights without a row that are this old belong to no submission. */
  private static final Duration LONGEST_SUBMISSION = Duration.ofHours(1);

  private final JobStore store;
  private final DatasetCatalog datasets;
  private final TrainedNetworks networks;

  StartingPoints(JobStore store, DatasetCatalog datasets, TrainedNetworks networks) {
    this.store = store;
    this.datasets = datasets;
    this.networks = networks;
  }

  /**
   * Weights that exist.
   *
   * @param shape of the images that they were trained on; null if their data set is gone
   */
  public record Start(StartFrom from, int stackN, @Nullable ImageShape shape, Path file) {}

  /**
   * Finds weights.
   *
   * @throws UnknownStartException if there are none
   */
  public Start find(StartRequest request, Freeze freeze) {
    Start start =
        request.model() != null ? ofModel(request, freeze) : ofJob(request, freeze, request.job());
    String expected = request.sha256();
    if (expected != null && !expected.equals(start.from().sha256())) {
      throw new UnknownStartException(
          "start_from.sha256",
          "is not that of %s, which is %s".formatted(start.from().label(), start.from().sha256()));
    }
    return start;
  }

  private Start ofModel(StartRequest request, Freeze freeze) {
    String model = request.model();
    Integer version = request.version();
    return networks
        .find(model, version)
        .map(
            found ->
                new Start(
                    new StartFrom(model, found.version(), null, null, freeze, found.sha256()),
                    found.stackN(),
                    found.shape(),
                    found.file()))
        .orElseThrow(() -> unknownModel(model, version));
  }

  private UnknownStartException unknownModel(String model, @Nullable Integer version) {
    boolean known = version != null && networks.find(model, null).isPresent();
    return known
        ? new UnknownStartException(
            "start_from.version",
            "is not a version of model '%s'; GET /api/v1/models/%s lists them"
                .formatted(model, model))
        : new UnknownStartException(
            "start_from.model", "is not a model with a version; GET /api/v1/models lists them");
  }

  private Start ofJob(StartRequest request, Freeze freeze, @Nullable String id) {
    TrainingJob job =
        store
            .jobs()
            .find(id)
            .orElseThrow(
                () ->
                    new UnknownStartException(
                        "start_from.job", "is not a job; GET /api/v1/training-jobs lists them"));
    CheckpointFile checkpoint = checkpoint(job.id(), request.epoch());
    return new Start(
        new StartFrom(null, null, job.id(), checkpoint.epoch(), freeze, checkpoint.sha256()),
        job.config().stackN(),
        datasets
            .info(job.config().dataset(), job.datasetVersion())
            .map(DatasetInfo::shape)
            .orElse(null),
        checkpoint.path());
  }

  private CheckpointFile checkpoint(String job, @Nullable Integer epoch) {
    List<CheckpointFile> kept = store.epochs().checkpoints(job);
    if (kept.isEmpty()) {
      throw new UnknownStartException(
          "start_from.job", "has no checkpoint of a completed epoch yet");
    }
    return kept.stream()
        .filter(checkpoint -> epoch == null || checkpoint.epoch() == epoch)
        .max(Comparator.comparingInt(CheckpointFile::epoch))
        .orElseThrow(
            () ->
                new UnknownStartException(
                    "start_from.epoch",
                    "must be an epoch whose checkpoint is kept, was %d; there are %s"
                        .formatted(epoch, epochs(kept))));
  }

  private static String epochs(List<CheckpointFile> kept) {
    return kept.stream()
        .map(checkpoint -> String.valueOf(checkpoint.epoch()))
        .collect(Collectors.joining(", "));
  }

  /**
   * Copies the weights into the folder of a job, so that it starts from the same bits at every
   * attempt, whatever becomes of the model or of the other job.
   *
   * @throws UnknownStartException if they have been deleted or damaged
   */
  void copy(StartFrom from, String job) {
    var request =
        new StartRequest(from.model(), from.version(), from.job(), from.epoch(), from.sha256());
    Path file = find(request, from.freeze()).file();
    try {
      Instant before = store.jobs().now().minus(LONGEST_SUBMISSION);
      store.folders().deleteUnaccepted(before, id -> store.jobs().find(id).isPresent());
      var written =
          AtomicFiles.write(store.folders().start(job), out -> VolumeFiles.copy(file, out));
      if (!written.sha256().equals(from.sha256())) {
        throw new UnknownStartException(
            "start_from",
            "can't be used: the file of %s is damaged, its SHA-256 is %s instead of %s"
                .formatted(from.label(), written.sha256(), from.sha256()));
      }
    } catch (NoSuchFileException e) {
      throw new UnknownStartException(
          "start_from", "can't be used: the file of %s is missing".formatted(from.label()));
    } catch (IOException e) {
      throw new UncheckedIOException("The starting weights could not be copied", e);
    }
  }
}
