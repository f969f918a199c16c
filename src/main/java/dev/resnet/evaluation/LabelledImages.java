package dev.resnet.evaluation;

import static dev.resnet.evaluation.EvaluationException.Reason.CONFLICT;
import static dev.resnet.evaluation.EvaluationException.Reason.MISFIT;
import static dev.resnet.evaluation.EvaluationException.Reason.TOO_LARGE;
import static dev.resnet.evaluation.EvaluationException.Reason.UNAVAILABLE;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageMemory;
import dev.resnet.data.ImageReader;
import dev.resnet.models.ModelVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the images that a version is to be evaluated on, and checks whether they fit it. */
final class LabelledImages {
  private static final Logger LOG = LoggerFactory.getLogger(LabelledImages.class);

  /** Most class names in a message. */
  private static final int SHOWN = 10;

  private final DatasetCatalog catalog;
  private final ImageMemory memory;

  /**
   * @param memory that the jobs of this process use too
   */
  LabelledImages(DatasetCatalog catalog, ImageMemory memory) {
    this.catalog = catalog;
    this.memory = memory;
  }

  /**
   * A split of a data set that fits a version.
   *
   * @param dataVersion of an uploaded data set; null for a built-in one
   * @param sha256 of the images; null if it is not known before they are loaded
   */
  record Chosen(
      String dataset, @Nullable String dataVersion, @Nullable String sha256, Split split) {}

  /**
   * Without loading any images.
   *
   * @param dataset null for the one that the version was trained on, as it was then
   * @throws EvaluationException if there is no such data set, or it does not fit
   */
  Chosen choose(ModelVersion version, @Nullable String dataset, Split split) {
    if (dataset != null) {
      DatasetInfo info =
          catalog
              .info(dataset)
              .orElseThrow(
                  () ->
                      EvaluationException.invalid(
                          "dataset",
                          "There is no data set '%s': GET /api/v1/datasets lists them."
                              .formatted(dataset)));
      return choose(version, info, info.sha256(), split);
    }
    ModelVersion.Training training = version.training();
    if (training == null) {
      throw EvaluationException.invalid(
          "dataset",
          "No data set is known for %s, since no job trained it: name one in 'dataset'."
              .formatted(version.label()));
    }
    return choose(version, training.dataset(), training.dataSha256(), split);
  }

  /**
   * The same of a given version of a data set.
   *
   * @param sha256 of the images that the data set must have
   */
  Chosen choose(ModelVersion version, String dataset, String sha256, Split split) {
    DatasetInfo info =
        catalog
            .info(dataset, sha256)
            .orElseThrow(
                () ->
                    new EvaluationException(
                        CONFLICT,
                        ("The data set %s has no version %s. Name a data set in 'dataset' to use"
                                + " its present version.")
                            .formatted(dataset, sha256)));
    return choose(version, info, sha256, split);
  }

  private static Chosen choose(
      ModelVersion version, DatasetInfo info, @Nullable String sha256, Split split) {
    requireReady(info);
    requireFit(version, info.classes(), info);
    if (split.count(info) == 0) {
      throw new EvaluationException(
          MISFIT, "The data set %s has no %s images.".formatted(info.name(), split.wireName()));
    }
    return new Chosen(info.name(), info.version(), sha256, split);
  }

  /** The digest of a data set's present images; empty if it is not known without loading them. */
  Optional<String> presentSha256(String dataset) {
    return catalog.info(dataset).map(DatasetInfo::sha256);
  }

  private static void requireReady(DatasetInfo info) {
    switch (info.status()) {
      case READY -> {}
      case CONVERTING ->
          throw new EvaluationException(
              CONFLICT,
              "The data set %s is still being converted: try again once it is READY."
                  .formatted(info.name()));
      case DOWNLOADING ->
          throw new EvaluationException(
              UNAVAILABLE,
              "The data set %s is being downloaded: try again later.".formatted(info.name()));
      case ABSENT ->
          throw new EvaluationException(
              CONFLICT,
              "The data set %s has not been downloaded yet: a training job with it downloads it."
                  .formatted(info.name()));
      case FAILED ->
          throw new EvaluationException(
              UNAVAILABLE,
              "The data set %s could not be had: %s".formatted(info.name(), info.error()));
    }
  }

  private static void requireFit(ModelVersion version, List<String> classes, DatasetInfo info) {
    List<String> onlyData = without(classes, version.classes());
    List<String> onlyVersion = without(version.classes(), classes);
    if (!onlyData.isEmpty() || !onlyVersion.isEmpty()) {
      List<String> differences = new ArrayList<>();
      if (!onlyData.isEmpty()) {
        differences.add("only the data set has " + shown(onlyData));
      }
      if (!onlyVersion.isEmpty()) {
        differences.add("only the version has " + shown(onlyVersion));
      }
      throw new EvaluationException(
          MISFIT,
          "The classes of the data set %s differ from those of %s: %s."
              .formatted(info.name(), version.label(), String.join("; ", differences)));
    }
    if (!info.shape().equals(version.shape())) {
      throw new EvaluationException(
          MISFIT,
          "The data set %s has images of %s pixels, %s takes %s."
              .formatted(info.name(), info.shape(), version.label(), version.shape()));
    }
  }

  private static List<String> without(List<String> classes, List<String> others) {
    return classes.stream().filter(name -> !others.contains(name)).toList();
  }

  private static String shown(List<String> names) {
    String some = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.size() > SHOWN ? "%s and %d more".formatted(some, names.size() - SHOWN) : some;
  }

  /**
   * The images of a choice. Those of an uploaded data set are read while they are used; a built-in
   * one is loaded, if that leaves enough memory to the jobs of this process.
   *
   * @throws EvaluationException if they can't be had
   */
  ImageReader open(Chosen chosen) {
    if (chosen.dataVersion() == null) {
      catalog.info(chosen.dataset()).ifPresent(this::requireMemory);
    }
    ImageReader reader;
    try {
      reader = catalog.open(chosen.dataset(), chosen.dataVersion(), chosen.split() == Split.TEST);
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(chosen, e);
    }
    if (chosen.sha256() != null && !chosen.sha256().equals(reader.sha256())) {
      close(reader);
      throw new EvaluationException(
          CONFLICT,
          ("The images of data set %s have changed: their SHA-256 is %s instead of %s. Name it in"
                  + " 'dataset' to use the present ones.")
              .formatted(chosen.dataset(), reader.sha256(), chosen.sha256()));
    }
    return reader;
  }

  private void requireMemory(DatasetInfo dataset) {
    memory
        .refusal(dataset)
        .ifPresent(
            reason -> {
              throw new EvaluationException(TOO_LARGE, reason + ".");
            });
    memory
        .refusalBeside(dataset)
        .ifPresent(
            reason -> {
              throw new EvaluationException(UNAVAILABLE, reason + ".");
            });
  }

  static EvaluationException unreadable(Chosen chosen, Exception cause) {
    return new EvaluationException(
        UNAVAILABLE,
        "The data set %s could not be read: %s".formatted(chosen.dataset(), cause.getMessage()),
        cause);
  }

  private static void close(ImageReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      LOG.warn("A file of a data set can't be closed", e);
    }
  }
}
