package dev.resnet.models;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.FullVolume;
import dev.resnet.models.ModelFiles.Stored;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.Promotion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Takes in networks that were trained elsewhere. The file that comes is stored in a folder of its
 * own, read with suspicion, and deleted; the version has a file that this service wrote.
 */
public final class ModelUploads {
  private static final Logger log = LoggerFactory.getLogger(ModelUploads.class);

  private final ModelFiles files;
  private final RegistryTables rows;
  private final NetworkReader networks;
  private final ApplicationEventPublisher events;
  private final Clock clock;

  /** One network at a time is built, so that many uploads take no more memory than one. */
  private final ReentrantLock building = new ReentrantLock();

  ModelUploads(
      ModelFiles files,
      RegistryTables rows,
      NetworkReader networks,
      ApplicationEventPublisher events,
      Clock clock) {
    this.files = files;
    this.rows = rows;
    this.networks = networks;
    this.events = events;
    this.clock = clock;
  }

  /**
   * What the client says about its network.
   *
   * @param classes the class names by index
   * @param mean per channel R, G, B, in [0, 1]
   * @param standardDeviation per channel, in (0, 1]
   * @param stackN null if the zip says
   */
  public record Card(
      List<String> classes,
      ImageShape shape,
      ResizePolicy resize,
      List<Float> mean,
      List<Float> standardDeviation,
      @Nullable Integer stackN,
      @Nullable String description) {}

  /**
   * Stores a file until it is closed.
   *
   * @param model writes the zip; what it throws is passed on, and nothing stays
   * @throws NoRoomException if the volume is full
   */
  public Received receive(AtomicFiles.Content model) throws IOException {
    files.uploadLeftovers(now()).forEach(files::delete);
    Path folder = files.uploadFolder(now());
    try {
      return new Received(AtomicFiles.write(folder.resolve(ModelFiles.MODEL_FILE), model).path());
    } catch (IOException | RuntimeException | Error e) {
      files.delete(folder);
      requireRoom(e);
      throw e;
    }
  }

  /** A file that was received. */
  public final class Received implements AutoCloseable {
    private final Path file;

    private Received(Path file) {
      this.file = file;
    }

    /**
     * Registers its network as a new version, which is not promoted.
     *
     * @throws dev.resnet.models.upload.RefusedNetworkException if there is no such network in it
     * @throws NoRoomException if the volume is full
     */
    public ModelVersion register(String name, Card card) throws IOException {
      try {
        return insert(name, card, built(name, card));
      } catch (IOException | RuntimeException e) {
        requireRoom(e);
        throw e;
      }
    }

    private Built built(String name, Card card) throws IOException {
      building.lock();
      try {
        try (NetworkReader.Network network = networks.read(file, card)) {
          Instant began = now();
          return new Built(files.store(name, began, network.content()), began, network.stackN());
        }
      } finally {
        building.unlock();
      }
    }

    /** If it fails, the next upload deletes the file a day later. */
    @Override
    public void close() {
      files.delete(file.getParent());
    }
  }

  private record Built(Stored stored, Instant began, int stackN) {}

  private ModelVersion insert(String name, Card card, Built built) {
    var committing = new AtomicBoolean();
    ModelVersion version;
    try {
      rows.versions().addName(name);
      version =
          rows.changes()
              .under(
                  name,
                  () -> {
                    ModelVersion done = insertLocked(name, card, built);
                    committing.set(true);
                    return done;
                  });
    } catch (RuntimeException e) {
      // A commit that failed for us may still have succeeded in the database.
      if (!committing.get()) {
        files.delete(built.stored());
      }
      throw e;
    }
    log.info("Registered the uploaded {}", version.label());
    events.publishEvent(new ModelsChanged(name));
    announce(version);
    return version;
  }

  private ModelVersion insertLocked(String name, Card card, Built built) {
    try {
      int number = rows.versions().nextVersion(name);
      files.requireInTime(built.stored(), built.began(), now(), "the uploaded network");
      String reason =
          "It was uploaded, which promotes nothing: PUT /api/v1/models/%s/aliases/production with {\"version\": %d} does."
              .formatted(name, number);
      var version =
          new ModelVersion(
              name,
              number,
              built.stackN(),
              List.copyOf(card.classes()),
              card.shape(),
              card.resize(),
              List.copyOf(card.mean()),
              List.copyOf(card.standardDeviation()),
              built.stored().file(),
              built.stored().size(),
              built.stored().sha256(),
              now(),
              null,
              null,
              card.description(),
              reason);
      files.writeCard(version);
      rows.versions().insert(version, new Promotion(false, reason));
      return version;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void announce(ModelVersion version) {
    try {
      events.publishEvent(new VersionRegistered(version));
    } catch (RuntimeException e) {
      log.warn("{} could not be announced", version.label(), e);
    }
  }

  private static void requireRoom(Throwable failure) {
    if (FullVolume.isCauseOf(failure)) {
      throw new NoRoomException(failure);
    }
  }

  /** Microseconds, the precision of both databases. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
