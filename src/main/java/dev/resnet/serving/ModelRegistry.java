package dev.resnet.serving;

import dev.resnet.files.AtomicFiles;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * The trained models: a row says that a version exists, {@code <models>/<name>/<version>/} holds
 * it.
 *
 * <p>The file comes first and the row after, so every row has its file; a folder without a row was
 * left by a crash and is overwritten by the next registration, which takes the same number.
 */
public class ModelRegistry implements TrainedModelReceiver {
  static final String MODEL_FILE = "model.zip";
  static final String CARD_FILE = "card.json";

  /** A name becomes a folder. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private static final Logger log = LoggerFactory.getLogger(ModelRegistry.class);
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path models;
  private final ModelVersions versions;
  private final TransactionTemplate transaction;
  private final ApplicationEventPublisher events;
  private final Clock clock;

  /**
   * One registration at a time in this process: H2 gives up on a row lock after a second or two,
   * and flushing a file to a slow disk may take longer. Other processes wait on PostgreSQL's row.
   */
  private final ReentrantLock registering = new ReentrantLock();

  ModelRegistry(
      Path models,
      ModelVersions versions,
      TransactionTemplate transaction,
      ApplicationEventPublisher events,
      Clock clock) {
    this.models = models;
    this.versions = versions;
    this.transaction = transaction;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public RegisteredModel register(TrainedModel model, Promote promote) throws IOException {
    if (!NAME.matcher(model.model()).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot name a model: use letters, digits, '.', '_' and '-'"
              .formatted(model.model()));
    }
    Registration registration;
    registering.lock();
    try {
      registration = registerOnce(model);
    } finally {
      registering.unlock();
    }
    if (registration.isNew()) {
      log.info(
          "Registered and promoted {} of job {}, test accuracy {}",
          registration.version().label(),
          model.jobId(),
          model.testAccuracy());
      events.publishEvent(new ModelRegistered(registration.version()));
    }
    return new RegisteredModel(
        registration.version().version(), new Promotion(true, "Each new version is promoted."));
  }

  private record Registration(ModelVersion version, boolean isNew) {}

  private Registration registerOnce(TrainedModel model) throws IOException {
    Optional<ModelVersion> known = versions.findByJob(model.jobId());
    if (known.isPresent()) {
      return new Registration(known.get(), false);
    }
    versions.addName(model.model());
    try {
      return Objects.requireNonNull(
          transaction.execute(
              status -> {
                int number = versions.nextVersion(model.model());
                // Another process may have registered this job while we waited for the name.
                return versions
                    .findByJob(model.jobId())
                    .map(
                        v -> {
                          status.setRollbackOnly();
                          return new Registration(v, false);
                        })
                    .orElseGet(() -> new Registration(store(model, number), true));
              }));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private ModelVersion store(TrainedModel model, int number) {
    String file = "%s/%d/%s".formatted(model.model(), number, MODEL_FILE);
    Path target = models.resolve(file);
    try {
      AtomicFiles.deleteRecursively(target.getParent());
      AtomicFiles.Written written = copy(model.checkpoint(), target);
      Instant now = promotionTime(model.model());
      var version =
          new ModelVersion(
              model.model(),
              number,
              model.jobId(),
              model.stackN(),
              model.dataset(),
              model.dataSha256(),
              List.copyOf(model.classes()),
              boxed(model.mean()),
              boxed(model.standardDeviation()),
              model.testLoss(),
              model.testAccuracy(),
              model.engine(),
              model.precision(),
              model.hyperparameters(),
              model.checkpoint().epoch(),
              file,
              written.size(),
              written.sha256(),
              now,
              now);
      byte[] card = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(ModelCard.of(version));
      AtomicFiles.write(target.resolveSibling(CARD_FILE), out -> out.write(card));
      versions.insert(version);
      return version;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AtomicFiles.Written copy(CheckpointFile checkpoint, Path target)
      throws IOException {
    var written = AtomicFiles.write(target, out -> Files.copy(checkpoint.path(), out));
    if (!written.sha256().equals(checkpoint.sha256())) {
      AtomicFiles.deleteRecursively(target.getParent());
      throw new IOException(
          "The checkpoint %s is damaged: its SHA-256 is %s, not %s; train the job again"
              .formatted(checkpoint.path(), written.sha256(), checkpoint.sha256()));
    }
    return written;
  }

  /**
   * Now, to the microsecond that both databases keep, but always after the name's last promotion:
   * clocks of several machines differ, and a version registered later must not stand back.
   */
  private Instant promotionTime(String name) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return versions
        .promoted(name)
        .map(ModelVersion::promotedAt)
        .filter(last -> !last.isBefore(now))
        .map(last -> last.plus(1, ChronoUnit.MICROS))
        .orElse(now);
  }

  private static List<Float> boxed(float[] values) {
    var list = new ArrayList<Float>(values.length);
    for (float value : values) {
      list.add(value);
    }
    return List.copyOf(list);
  }

  public Optional<ModelVersion> find(String name, int version) {
    return versions.find(name, version);
  }

  /** The version that answers for a name. */
  public Optional<ModelVersion> promoted(String name) {
    return versions.promoted(name);
  }

  /** The version that was promoted last among those that answer for their names. */
  public Optional<ModelVersion> newestPromoted() {
    return versions.newestPromoted();
  }

  /** The newest first. */
  public List<ModelVersion> versions(String name) {
    return versions.versions(name);
  }

  /** Every version of every name: by name, the newest first. */
  public List<ModelVersion> all() {
    return versions.all();
  }

  /** Every known name, also those that have no version. */
  public List<String> names() {
    return versions.names();
  }
}
