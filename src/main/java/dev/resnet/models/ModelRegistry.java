package dev.resnet.models;

import dev.resnet.models.AliasRows.Alias;
import dev.resnet.models.AliasRows.Pointer;
import dev.resnet.models.ModelFiles.Stored;
import dev.resnet.models.PromotionRule.Evaluated;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * The registry of trained models. A version exists if it has a row, which also names its files.
 *
 * <p>Registration writes the files first and the row last, so every row has its files. Deletion
 * removes the row first. Files without a row, left by a crash, do no harm; a later change of the
 * same name deletes them.
 */
public class ModelRegistry implements TrainedModelReceiver {
  /** Names are used as folder names. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private static final Logger log = LoggerFactory.getLogger(ModelRegistry.class);

  private final ModelFiles files;
  private final NamedChanges changes;
  private final VersionRows versions;
  private final RegistryTables tables;
  private final PromotionRule rule;
  private final VersionAccuracy accuracy;
  private final ApplicationEventPublisher events;
  private final Clock clock;

  ModelRegistry(
      ModelFiles files,
      RegistryTables rows,
      PromotionRule rule,
      VersionAccuracy accuracy,
      ApplicationEventPublisher events,
      Clock clock) {
    this.files = files;
    this.changes = rows.changes();
    this.versions = rows.versions();
    this.tables = rows;
    this.rule = rule;
    this.accuracy = accuracy;
    this.events = events;
    this.clock = clock;
  }

  /** Whether a model can have this name. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * @throws IllegalArgumentException if the name or the network is not acceptable; the message says
   *     why
   */
  @Override
  public RegisteredModel register(TrainedModel model, Promote promote, BooleanSupplier stop)
      throws IOException {
    if (!isName(model.model())) {
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
    Registration registration = copied(model, promote, stop);
    if (registration.isNew()) {
      log.info(
          "Registered model '{}' version {} of job {}, test accuracy {}. {}",
          model.model(),
          registration.model().version(),
          model.jobId(),
          model.testAccuracy(),
          registration.model().promotion().reason());
      events.publishEvent(new ModelsChanged(model.model()));
      announce(model.model(), registration.model().version());
    }
    return registration.model();
  }

  @Override
  public Optional<RegisteredModel> registered(String jobId) {
    return versions.findByJob(jobId);
  }

  private void announce(String name, int number) {
    try {
      versions
          .find(name, number)
          .ifPresent(version -> events.publishEvent(new VersionRegistered(version)));
    } catch (RuntimeException e) {
      log.warn("Version {} of model '{}' could not be announced", number, name, e);
    }
  }

  /** Not in a transaction, because it may take long; null if it is not needed. */
  private @Nullable Evaluated evaluated(
      TrainedModel model, Promote promote, Stored stored, BooleanSupplier stop) {
    ModelVersion trained = ModelVersion.of(model, 0, stored, now(), "");
    return promoted(model.model())
        .filter(present -> rule.needsEvaluation(promote, trained, present))
        .map(
            present ->
                new Evaluated(
                    present.version(),
                    testAccuracy(present, model.dataset(), model.dataSha256(), stop)))
        .orElse(null);
  }

  private OptionalDouble testAccuracy(
      ModelVersion present, String dataset, String sha256, BooleanSupplier stop) {
    try {
      return accuracy.testAccuracy(present, dataset, sha256, stop);
    } catch (DataAccessException | TransactionException | CancellationException e) {
      throw e; // the registration is repeated: once the database is back, or by the next attempt
    } catch (RuntimeException e) {
      log.warn("{} could not be evaluated on {}", present.label(), dataset, e);
      return OptionalDouble.empty();
    }
  }

  private record Registration(RegisteredModel model, boolean isNew, List<Path> leftovers) {}

  /** Copies the network before the name is locked, so a slow disk delays no one else. */
  private Registration copied(TrainedModel model, Promote promote, BooleanSupplier stop)
      throws IOException {
    Instant began = now();
    Stored stored = files.store(model, began);
    var committing = new AtomicBoolean();
    Registration registration;
    try {
      Evaluated evaluated = evaluated(model, promote, stored, stop);
      registration =
          changes.under(
              model.model(),
              () -> {
                Registration done = registerOnce(model, promote, evaluated, stored, began);
                committing.set(true);
                return done;
              });
    } catch (RuntimeException e) {
      // A commit that failed for us may still have succeeded in the database.
      if (!committing.get()) {
        files.delete(stored);
      }
      if (e instanceof UncheckedIOException io) {
        throw io.getCause();
      }
      throw e;
    }
    if (!registration.isNew()) {
      files.delete(stored);
    }
    registration.leftovers().forEach(files::delete);
    return registration;
  }

  private Registration registerOnce(
      TrainedModel model,
      Promote promote,
      @Nullable Evaluated evaluated,
      Stored stored,
      Instant began) {
    versions.lock(model.model());
    List<Path> leftovers = leftovers(model.model());
    // Another process may have registered this job while this one waited for the lock.
    return versions
        .findByJob(model.jobId())
        .map(registered -> new Registration(registered, false, leftovers))
        .orElseGet(
            () ->
                new Registration(
                    insert(model, promote, evaluated, stored, began), true, leftovers));
  }

  private RegisteredModel insert(
      TrainedModel model,
      Promote promote,
      @Nullable Evaluated evaluated,
      Stored stored,
      Instant began) {
    try {
      files.requireInTime(stored, began, now(), "job " + model.jobId());
      int number = versions.nextVersion(model.model());
      Instant now = now();
      Promotion promotion =
          rule.decide(
              promote,
              ModelVersion.of(model, number, stored, now, ""),
              promoted(model.model()).orElse(null),
              model.testImages(),
              evaluated);
      var version = ModelVersion.of(model, number, stored, now, promotion.reason());
      files.writeCard(version);
      versions.insert(version, promotion);
      if (promotion.promoted()) {
        tables.aliases().point(version.name(), AliasRows.PRODUCTION, number, version.createdAt());
      }
      return new RegisteredModel(number, promotion);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Call this while the name is locked. */
  private List<Path> leftovers(String name) {
    return files.leftovers(name, versions.files(name), now().minus(ModelFiles.LEFTOVER_AGE));
  }

  /** Microseconds, the precision of both databases. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** The aliases of the versions. */
  public ModelAliases aliases() {
    return new ModelAliases(tables, events, clock);
  }

  /**
   * Puts a version into production; does nothing if it already is.
   *
   * @return false if there is no such version
   */
  public boolean promote(String name, int version) {
    return aliases().point(name, AliasRows.PRODUCTION, version);
  }

  /**
   * Deletes a version with its files; its number is not reused.
   *
   * @throws UnknownModelException if there is no such version
   * @throws VersionHasAliasException if an alias points to it
   */
  public void delete(String name, int number) {
    ModelVersion version = lookup().version(name, number);
    List<Path> leftovers =
        changes.under(
            name,
            () -> {
              if (!versions.lock(name) || versions.find(name, number).isEmpty()) {
                throw lookup().unknown(name, number);
              }
              List<String> pointing = tables.aliases().of(name, number);
              if (!pointing.isEmpty()) {
                throw new VersionHasAliasException(name, number, pointing);
              }
              versions.delete(name, number);
              return leftovers(name);
            });
    log.info("Deleted model '{}' version {}", name, number);
    events.publishEvent(new ModelsChanged(name));
    files.delete(version);
    leftovers.forEach(files::delete);
  }

  /**
   * Changes rows that belong to a version while its name is locked, in one transaction.
   *
   * @return false, without any change, if the version has been deleted
   */
  public boolean whileRegistered(ModelVersion version, Runnable change) {
    return changes.under(
        version.name(),
        () -> {
          boolean registered =
              versions.lock(version.name())
                  && versions
                      .find(version.name(), version.version())
                      .filter(found -> found.sha256().equals(version.sha256()))
                      .isPresent();
          if (registered) {
            change.run();
          }
          return registered;
        });
  }

  /** Whether an alias points to a version, 'production' for example. */
  public boolean hasAlias(String name, int version) {
    return !aliases().of(name, version).isEmpty();
  }

  /**
   * Folders of versions that have no row.
   *
   * @param before newer ones may belong to a registration
   */
  public List<Path> orphans(Instant before) {
    Instant then =
        before.isBefore(now().minus(ModelFiles.LEFTOVER_AGE))
            ? before
            : now().minus(ModelFiles.LEFTOVER_AGE);
    return files.names().stream()
        .flatMap(name -> files.leftovers(name, versions.files(name), then).stream())
        .toList();
  }

  /**
   * Deletes one of {@link #orphans}, unless it has a row by now.
   *
   * @return whether it is gone
   */
  public boolean deleteOrphan(Path orphan, Instant before) {
    return orphans(before).contains(orphan) && files.delete(orphan);
  }

  public Optional<ModelVersion> find(String name, int version) {
    return versions.find(name, version);
  }

  /** The version in production of a name. */
  public Optional<ModelVersion> promoted(String name) {
    return find(name, AliasRows.PRODUCTION);
  }

  /** The version that an alias points to. */
  public Optional<ModelVersion> find(String name, String alias) {
    return aliases().find(name, alias).flatMap(found -> versions.find(name, found.version()));
  }

  /** The most recently promoted of all versions in production. */
  public Optional<ModelVersion> newestPromoted() {
    return aliases().all().stream()
        .findFirst()
        .filter(Alias::isProduction)
        .flatMap(newest -> versions.find(newest.name(), newest.version()));
  }

  /** All versions of these names. */
  public Set<Pointer> existing(Collection<String> names) {
    return versions.existing(names);
  }

  /** Names and versions, in pages. */
  public ModelListing listing() {
    return new ModelListing(versions);
  }

  public ModelLookup lookup() {
    return new ModelLookup(this);
  }
}
