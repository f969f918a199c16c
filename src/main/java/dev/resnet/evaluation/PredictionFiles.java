package dev.resnet.evaluation;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.AtomicFiles.Written;
import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.models.ModelVersion;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of predictions, in the folders of their versions: they are deleted with the version.
 * Each evaluation has a file of its own that is never changed.
 */
final class PredictionFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionFiles.class);

  private final Path models;

  PredictionFiles(Path models) {
    this.models = models;
  }

  /** The path of an evaluation's file, relative to the folder of all models. */
  static String name(ModelVersion version, String id) {
    String network = version.file();
    return network.substring(0, network.lastIndexOf('/') + 1) + "evaluation-" + id + ".bin";
  }

  Written write(String file, Predictions predictions) throws IOException {
    return AtomicFiles.write(models.resolve(file), predictions::writeTo);
  }

  /**
   * @throws EvaluationException if the file is missing or damaged
   */
  Predictions read(Evaluation evaluation) {
    try {
      byte[] bytes = VolumeFiles.bytes(models.resolve(evaluation.file()));
      if (!Sha256.of(bytes).equals(evaluation.sha256())) {
        throw unusable(evaluation, "damaged");
      }
      return Predictions.of(bytes);
    } catch (NoSuchFileException e) {
      throw unusable(evaluation, "missing");
    } catch (IOException e) {
      LOG.warn("The predictions of an evaluation can't be read", e);
      throw unusable(evaluation, "not readable; the service's log has the cause");
    }
  }

  private static EvaluationException unusable(Evaluation evaluation, String what) {
    return new EvaluationException(
        EvaluationException.Reason.UNAVAILABLE,
        ("The file of evaluation %s is %s. POST /api/v1/models/%s/versions/%d/evaluate with"
                + " {\"dataset\": \"%s\", \"split\": \"%s\", \"refresh\": true} makes it again.")
            .formatted(
                evaluation.id(),
                what,
                evaluation.model(),
                evaluation.version(),
                evaluation.dataset(),
                evaluation.split().wireName()));
  }

  /** Deletes a file that no row names. If that fails, it goes with the version. */
  void delete(String file) {
    try {
      Files.deleteIfExists(models.resolve(file));
    } catch (IOException e) {
      LOG.warn("{} is no longer needed and can't be deleted: {}", file, e.toString());
    }
  }

  /** Deletes a file of a version that was deleted meanwhile, and its folder, if it is left. */
  void deleteWithVersion(String file) {
    delete(file);
    try {
      Files.deleteIfExists(models.resolve(file).getParent());
    } catch (DirectoryNotEmptyException e) {
      // The deletion of the version is still under way.
    } catch (IOException e) {
      LOG.warn("The folder of {} can't be deleted: {}", file, e.toString());
    }
  }
}
