package dev.resnet.serving;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.Sha256;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** The files of the versions: {@code <models>/<name>/<version>/}. */
final class ModelFiles {
  static final String MODEL_FILE = "model.zip";
  static final String CARD_FILE = "card.json";

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path models;
  private final NetworkCheck network;

  ModelFiles(Path models, NetworkCheck network) {
    this.models = models;
    this.network = network;
  }

  /**
   * Looks at what is to be registered before anything is written.
   *
   * @throws IllegalArgumentException where the training diverged
   * @throws IOException where the checkpoint is damaged
   */
  void check(TrainedModel model) throws IOException {
    if (!Double.isFinite(model.testLoss()) || !Double.isFinite(model.testAccuracy())) {
      throw diverged(
          model,
          "test loss %s, test accuracy %s".formatted(model.testLoss(), model.testAccuracy()));
    }
    CheckpointFile checkpoint = model.checkpoint();
    requireUndamaged(checkpoint, Sha256.of(checkpoint.path()));
    Optional<String> refusal = network.refusal(checkpoint.path());
    if (refusal.isPresent()) {
      throw diverged(model, refusal.get());
    }
  }

  private static IllegalArgumentException diverged(TrainedModel model, String how) {
    return new IllegalArgumentException(
        "The network of job %s is not registered, because its training diverged: %s. Train again with a lower learning rate."
            .formatted(model.jobId(), how));
  }

  private static void requireUndamaged(CheckpointFile checkpoint, String sha256)
      throws IOException {
    if (!sha256.equals(checkpoint.sha256())) {
      throw new IOException(
          "The checkpoint %s is damaged: its SHA-256 is %s, not %s; train the job again"
              .formatted(checkpoint.path(), sha256, checkpoint.sha256()));
    }
  }

  /** The place of a version's network, relative to the folder of all models. */
  static String modelFile(String name, int version) {
    return "%s/%d/%s".formatted(name, version, MODEL_FILE);
  }

  /** Copies the network to its place; what lies there already was left by a crash. */
  AtomicFiles.Written copy(TrainedModel model, int version) throws IOException {
    Path target = models.resolve(modelFile(model.model(), version));
    AtomicFiles.deleteRecursively(target.getParent());
    var written = AtomicFiles.write(target, out -> Files.copy(model.checkpoint().path(), out));
    requireUndamaged(model.checkpoint(), written.sha256());
    return written;
  }

  void writeCard(ModelVersion version) throws IOException {
    byte[] card = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(ModelCard.of(version));
    Path target = models.resolve(version.file()).resolveSibling(CARD_FILE);
    AtomicFiles.write(target, out -> out.write(card));
  }

  void delete(String name, int version) {
    try {
      AtomicFiles.deleteRecursively(models.resolve(name).resolve(String.valueOf(version)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The files of model '%s' version %d could not be deleted".formatted(name, version), e);
    }
  }
}
