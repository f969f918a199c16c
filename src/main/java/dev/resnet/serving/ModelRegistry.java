package dev.resnet.serving;

import dev.resnet.files.AtomicFiles;
import dev.resnet.serving.ModelAliases.Pointer;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * The trained models: a row says that a version exists, {@code <models>/<name>/<version>/} holds
 * it.
 *
 * <p>The file comes first and the row after, so every row has its file; a folder without a row was
 * left by a crash and is overwritten by the next registration, which takes the same number. A
 * deletion removes the files first: where it breaks off, the row stays and it can be repeated.
 */
public class ModelRegistry implements TrainedModelReceiver {
  /** A name becomes a folder. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private static final Logger log = LoggerFactory.getLogger(ModelRegistry.class);

  private final ModelFiles files;
  private final RegistryRows rows;
  private final ModelVersions versions;
  private final ModelAliases aliases;
  private final PromotionRule rule;
  private final ApplicationEventPublisher events;
  private final Clock clock;

  /**
   * One change at a time in this process: H2 gives up on a row lock after a second or two, and
   * flushing a file to a slow disk may take longer. Other processes wait on PostgreSQL's row.
   */
  private final ReentrantLock changing = new ReentrantLock();

  ModelRegistry(
      ModelFiles files,
      RegistryRows rows,
      PromotionRule rule,
      ApplicationEventPublisher events,
      Clock clock) {
    this.files = files;
    this.rows = rows;
    this.versions = rows.versions();
    this.aliases = rows.aliases();
    this.rule = rule;
    this.events = events;
    this.clock = clock;
  }

  /**
   * @throws IllegalArgumentException where the name or the network can't be taken; the message says
   *     why
   */
  @Override
  public RegisteredModel register(TrainedModel model, Promote promote) throws IOException {
    if (!NAME.matcher(model.model()).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot name a model: use letters, digits, '.', '_' and '-'"
              .formatted(model.model()));
    }
    Optional<RegisteredModel> known = versions.findByJob(model.jobId());
    if (known.isPresent()) {
      return known.get();
    }
    files.check(model);
    versions.addName(model.model());
    Registration registration;
    try {
      registration = changed(() -> registerOnce(model, promote));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (registration.isNew()) {
      log.info(
          "Registered model '{}' version {} of job {}, test accuracy {}. {}",
          model.model(),
          registration.model().version(),
          model.jobId(),
          model.testAccuracy(),
          registration.model().promotion().reason());
      events.publishEvent(new ModelsChanged(model.model()));
    }
    return registration.model();
  }

  private record Registration(RegisteredModel model, boolean isNew) {}

  /** A change of rows in a transaction of its own. */
  private <T> T changed(Supplier<T> change) {
    changing.lock();
    try {
      return Objects.requireNonNull(rows.transaction().execute(status -> change.get()));
    } finally {
      changing.unlock();
    }
  }

  private Registration registerOnce(TrainedModel model, Promote promote) {
    versions.lock(model.model());
    // Another process may have registered this job while we waited for the name.
    return versions
        .findByJob(model.jobId())
        .map(registered -> new Registration(registered, false))
        .orElseGet(
            () ->
                new Registration(store(model, promote, versions.nextVersion(model.model())), true));
  }

  private RegisteredModel store(TrainedModel model, Promote promote, int number) {
    try {
      var version = version(model, number, files.copy(model, number));
      files.writeCard(version);
      Promotion promotion = rule.decide(promote, version, promoted(model.model()).orElse(null));
      versions.insert(version, promotion);
      if (promotion.promoted()) {
        aliases.promote(version.name(), number, version.createdAt());
      }
      return new RegisteredModel(number, promotion);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ModelVersion version(TrainedModel model, int number, AtomicFiles.Written written) {
    return new ModelVersion(
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
        ModelFiles.modelFile(model.model(), number),
        written.size(),
        written.sha256(),
        now(),
        null);
  }

  /** To the microsecond, which both databases keep. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static List<Float> boxed(float[] values) {
    var list = new ArrayList<Float>(values.length);
    for (float value : values) {
      list.add(value);
    }
    return List.copyOf(list);
  }

  /**
   * Lets a version answer for its name; nothing happens where it does already.
   *
   * @return false where there is no such version
   */
  public boolean promote(String name, int version) {
    boolean found =
        changed(
            () -> {
              if (!versions.lock(name) || versions.find(name, version).isEmpty()) {
                return false;
              }
              if (aliases.inProduction(name).filter(present -> present == version).isEmpty()) {
                aliases.promote(name, version, now());
                log.info("Promoted model '{}' version {}", name, version);
              }
              return true;
            });
    events.publishEvent(new ModelsChanged(name));
    return found;
  }

  /** What {@link #rollBack} would let answer; empty where there is nothing to go back to. */
  public Optional<ModelVersion> previous(String name) {
    return aliases.previous(name).flatMap(version -> versions.find(name, version));
  }

  /**
   * Lets the version answer that did before the present one.
   *
   * @param expected what {@link #previous} said
   * @return false where that has changed since; nothing has happened then
   */
  public boolean rollBack(String name, int expected) {
    boolean done =
        changed(
            () -> {
              versions.lock(name);
              return aliases.previous(name).filter(version -> version == expected).isPresent()
                  && aliases.rollBack(name, now()).isPresent();
            });
    if (done) {
      log.info("Rolled model '{}' back to version {}", name, expected);
    }
    events.publishEvent(new ModelsChanged(name));
    return done;
  }

  /** What became of a wish to delete. */
  public enum Deletion {
    DELETED,
    UNKNOWN,
    /** It answers for its name. */
    IN_PRODUCTION
  }

  /** Deletes a version with its files; its number is not given again. */
  public Deletion delete(String name, int version) {
    Deletion deletion =
        changed(
            () -> {
              if (!versions.lock(name) || versions.find(name, version).isEmpty()) {
                return Deletion.UNKNOWN;
              }
              if (!aliases.of(name, version).isEmpty()) {
                return Deletion.IN_PRODUCTION;
              }
              versions.delete(name, version);
              files.delete(name, version);
              return Deletion.DELETED;
            });
    if (deletion == Deletion.DELETED) {
      log.info("Deleted model '{}' version {}", name, version);
      events.publishEvent(new ModelsChanged(name));
    }
    return deletion;
  }

  public Optional<ModelVersion> find(String name, int version) {
    return versions.find(name, version);
  }

  /** The version that answers for a name. */
  public Optional<ModelVersion> promoted(String name) {
    return aliases.inProduction(name).flatMap(version -> versions.find(name, version));
  }

  /** The version that was promoted last among those that answer for their names. */
  public Optional<ModelVersion> newestPromoted() {
    return aliases.inProduction().stream()
        .findFirst()
        .flatMap(newest -> versions.find(newest.name(), newest.version()));
  }

  /** By name, the number of the version that answers. */
  public Map<String, Integer> promotedVersions() {
    return aliases.inProduction().stream()
        .collect(Collectors.toMap(Pointer::name, Pointer::version));
  }

  /** What answers for each name, the newest promotion first. */
  List<Pointer> inProduction() {
    return aliases.inProduction();
  }

  /** The versions under these names that exist. */
  Set<Pointer> existing(Collection<String> names) {
    return versions.existing(names);
  }

  /** The lists of names and versions. */
  public ModelLists lists() {
    return new ModelLists(versions);
  }
}
