package dev.resnet.models;

import dev.resnet.models.AliasRows.Alias;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * The aliases of models: names of versions, which can be pointed to another version at any time.
 * {@code production} answers requests that name no version.
 */
public final class ModelAliases {
  private static final Logger log = LoggerFactory.getLogger(ModelAliases.class);

  private final RegistryTables rows;
  private final ApplicationEventPublisher events;
  private final Clock clock;

  ModelAliases(RegistryTables rows, ApplicationEventPublisher events, Clock clock) {
    this.rows = rows;
    this.events = events;
    this.clock = clock;
  }

  /** All aliases: those in production first, the newest promotion first. */
  public List<Alias> all() {
    return rows.aliases().all();
  }

  public Optional<Alias> find(String name, String alias) {
    return rows.aliases().find(name, alias);
  }

  /** The numbers of the versions by alias, for each of these names that has one. */
  public Map<String, Map<String, Integer>> of(Collection<String> names) {
    return rows.aliases().of(names).stream()
        .collect(
            Collectors.groupingBy(
                Alias::name,
                Collectors.toMap(Alias::alias, Alias::version, (a, b) -> b, TreeMap::new)));
  }

  /** The aliases of a version, in order. */
  public List<String> of(String name, int version) {
    return rows.aliases().of(name, version);
  }

  /**
   * Points an alias to a version; does nothing if it already points there.
   *
   * @return false if there is no such version
   */
  public boolean point(String name, String alias, int version) {
    boolean found =
        rows.changes()
            .under(
                name,
                () -> {
                  if (!rows.versions().lock(name)
                      || rows.versions().find(name, version).isEmpty()) {
                    return false;
                  }
                  if (find(name, alias).filter(present -> present.version() == version).isEmpty()) {
                    rows.aliases().point(name, alias, version, now());
                    log.info("The alias '{}' of model '{}' is version {}", alias, name, version);
                  }
                  return true;
                });
    events.publishEvent(new ModelsChanged(name));
    return found;
  }

  /**
   * Deletes an alias; its version stays.
   *
   * @return false if there is none
   */
  public boolean delete(String name, String alias) {
    boolean deleted =
        rows.changes()
            .under(name, () -> rows.versions().lock(name) && rows.aliases().delete(name, alias));
    if (deleted) {
      log.info("Deleted the alias '{}' of model '{}'", alias, name);
    }
    events.publishEvent(new ModelsChanged(name));
    return deleted;
  }

  /** The version that {@link #rollBack} would put into production; empty if there is none. */
  public Optional<ModelVersion> previous(String name) {
    return rows.aliases().previous(name).flatMap(version -> rows.versions().find(name, version));
  }

  /**
   * Puts the previous version back into production.
   *
   * @param expected the result of {@link #previous}
   * @return false, without any change, if it is no longer the previous version
   */
  public boolean rollBack(String name, int expected) {
    boolean done =
        rows.changes()
            .under(
                name,
                () -> {
                  rows.versions().lock(name);
                  return rows.aliases().previous(name).filter(v -> v == expected).isPresent()
                      && rows.aliases().rollBack(name, now()).isPresent();
                });
    if (done) {
      log.info("Rolled model '{}' back to version {}", name, expected);
    }
    events.publishEvent(new ModelsChanged(name));
    return done;
  }

  /** Microseconds, the precision of both databases. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
