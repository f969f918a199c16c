package dev.resnet.models;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of the versions: {@code <models>/<name>/<time>-<random>/}; the row names the folder.
 * Older rows name {@code <models>/<name>/<version>/}.
 */
final class ModelFiles {
  static final String MODEL_FILE = "model.zip";
  static final String CARD_FILE = "card.json";

  /** Not a name of a model. */
  private static final String UPLOADS = ".uploads";

  private static final Duration LONGEST_UPLOAD = Duration.ofDays(1);

  private static final Duration LONGEST_REGISTRATION = Duration.ofMinutes(30);

  /**
   * A folder without a row that is this old belongs to no running registration, even if clocks
   * differ.
   */
  static final Duration LEFTOVER_AGE = LONGEST_REGISTRATION.multipliedBy(2);

  private static final Logger log = LoggerFactory.getLogger(ModelFiles.class);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final Pattern FOLDER = Pattern.compile("(\\d{8}T\\d{6}Z)-[0-9a-f]{8}");

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path models;
  private final NetworkCheck network;

  public ModelFiles(Path models, NetworkCheck network) {
    this.models = models;
    this.network = network;
  }

  /**
   * Checks a trained model before anything is written.
   *
   * @throws IllegalArgumentException if the training diverged
   * @throws IOException if the checkpoint is damaged
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
        ("The network of job %s is not registered because its training diverged: %s."
                + " Train again with a lower learning rate.")
            .formatted(model.jobId(), how));
  }

  private static void requireUndamaged(CheckpointFile checkpoint, String sha256)
      throws IOException {
    if (!sha256.equals(checkpoint.sha256())) {
      throw new IOException(
          "The checkpoint %s is damaged: its SHA-256 is %s, expected %s. Train again"
              .formatted(checkpoint.path(), sha256, checkpoint.sha256()));
    }
  }

  /**
   * A copy of a network.
   *
   * @param file relative to the folder of all models
   */
  record Stored(String file, long size, String sha256) {}

  /**
   * Copies the network into a new folder with a unique name. So a process that lost its transaction
   * without noticing overwrites nothing.
   *
   * @param now becomes part of the folder's name
   */
  Stored store(TrainedModel model, Instant now) throws IOException {
    Stored stored =
        store(model.model(), now, out -> VolumeFiles.copy(model.checkpoint().path(), out));
    try {
      requireUndamaged(model.checkpoint(), stored.sha256());
      return stored;
    } catch (IOException e) {
      delete(stored);
      throw e;
    }
  }

  /** Writes a network into a new folder of a name. */
  Stored store(String name, Instant now, AtomicFiles.Content network) throws IOException {
    String file = "%s/%s/%s".formatted(name, folderName(now), MODEL_FILE);
    try {
      var written = AtomicFiles.write(models.resolve(file), network);
      return new Stored(file, written.size(), written.sha256());
    } catch (IOException | RuntimeException | Error e) {
      delete(folder(file));
      throw e;
    }
  }

  private static String folderName(Instant now) {
    return "%s-%s".formatted(TIME.format(now), UUID.randomUUID().toString().substring(0, 8));
  }

  /** A new folder for a file that is being received. */
  Path uploadFolder(Instant now) {
    return models.resolve(UPLOADS).resolve(folderName(now));
  }

  /** Folders of uploads that never ended. */
  List<Path> uploadLeftovers(Instant now) {
    return leftovers(UPLOADS, Set.of(), now.minus(LONGEST_UPLOAD));
  }

  /**
   * Called before the row is written. A registration that takes too long may lose its files to
   * another one, which deletes {@link #leftovers}.
   *
   * @param began when its files were stored
   * @param what is registered, for the message
   */
  void requireInTime(Stored stored, Instant began, Instant now, String what) throws IOException {
    if (now.isAfter(began.plus(LONGEST_REGISTRATION)) || !exists(stored)) {
      throw new IOException(
          "The registration of %s took longer than %d minutes; it has to be repeated"
              .formatted(what, LONGEST_REGISTRATION.toMinutes()));
    }
  }

  private boolean exists(Stored stored) throws IOException {
    try {
      Files.size(models.resolve(stored.file()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  void writeCard(ModelVersion version) throws IOException {
    byte[] card = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(ModelCard.of(version));
    Path target = models.resolve(version.file()).resolveSibling(CARD_FILE);
    AtomicFiles.write(target, out -> out.write(card));
  }

  /**
   * Folders of registrations that were never completed.
   *
   * @param known the files of the versions of this name
   * @param before newer folders may belong to a registration that is still running
   */
  List<Path> leftovers(String name, Set<String> known, Instant before) {
    Set<Path> inUse = known.stream().map(this::folder).collect(Collectors.toSet());
    try {
      return VolumeFiles.entries(models.resolve(name)).stream()
          .filter(folder -> !inUse.contains(folder))
          .filter(folder -> created(folder).filter(time -> time.isBefore(before)).isPresent())
          .toList();
    } catch (IOException e) {
      log.warn("The folders of model '{}' can't be listed: {}", name, e.toString());
      return List.of();
    }
  }

  /** Empty if this class did not create the folder. */
  private static Optional<Instant> created(Path folder) {
    var name = FOLDER.matcher(folder.getFileName().toString());
    try {
      return name.matches()
          ? Optional.of(TIME.parse(name.group(1), Instant::from))
          : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The folder of the file named in a row. */
  private Path folder(String file) {
    return models.resolve(file).getParent();
  }

  void delete(Stored stored) {
    delete(folder(stored.file()));
  }

  void delete(ModelVersion version) {
    Path folder = folder(version.file());
    // Never delete more than one version, whatever the row says.
    if (models.resolve(version.name()).equals(folder.getParent())) {
      delete(folder);
    }
  }

  /**
   * Deletes a folder. If that fails it does no harm, because no row names it.
   *
   * @return whether it is gone
   */
  boolean delete(Path folder) {
    try {
      AtomicFiles.deleteRecursively(folder);
      return true;
    } catch (IOException e) {
      log.warn("{} is no longer needed and can't be deleted: {}", folder, e.toString());
      return false;
    }
  }

  /** The names that have a folder. */
  List<String> names() {
    try {
      return VolumeFiles.entries(models).stream()
          .map(folder -> folder.getFileName().toString())
          .filter(name -> !name.equals(UPLOADS))
          .sorted()
          .toList();
    } catch (IOException e) {
      log.warn("The folders of the models can't be listed: {}", e.toString());
      return List.of();
    }
  }
}
