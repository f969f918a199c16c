package dev.resnet.serving;

import dev.resnet.models.AliasRows;
import dev.resnet.models.AliasRows.Alias;
import dev.resnet.models.AliasRows.Pointer;
import dev.resnet.models.ModelRegistry;
import dev.resnet.models.ModelVersion;
import dev.resnet.models.ModelsChanged;
import dev.resnet.models.ModelsProperties;
import dev.resnet.models.UnknownModelException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;

/**
 * Caches the registry, so that classification does not need the database: the version of each
 * alias, and the versions that were requested by number.
 *
 * <p>Refreshed every {@link ModelsProperties#pollInterval()}, and at once when this process changes
 * a model. While the database is unavailable, cached entries stay in use.
 */
public class RegistryCache implements SmartLifecycle, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistryCache.class);

  /** Most versions to cache by number; a version takes one or two kB. */
  private static final int MOST_VERSIONS = 256;

  /** Threads that look up models that are not cached yet. */
  private static final int LOOKUP_THREADS = 2;

  private final ModelRegistry registry;
  private final Classifier classifier;
  private final Duration pollInterval;
  private final Duration lookupTimeout;
  private final boolean serves;
  private final @Nullable DefaultModel defaultModel;

  private final ExecutorService lookups =
      Executors.newFixedThreadPool(LOOKUP_THREADS, daemon("model-lookup"));

  /** Ensures that an older read does not overwrite a newer one. */
  private final ReentrantLock refreshing = new ReentrantLock();

  /** The versions in production first, the newest promotion first; null until it has been read. */
  private volatile @Nullable Map<Key, ModelVersion> aliases;

  private record Key(String name, String alias) {
    boolean isProduction() {
      return alias.equals(AliasRows.PRODUCTION);
    }
  }

  /** By number, in order of use; guarded by itself. */
  private final Map<Pointer, ModelVersion> versions =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Pointer, ModelVersion> eldest) {
          return size() > MOST_VERSIONS;
        }
      };

  private volatile boolean databaseAway;

  /** Null while it is stopped. */
  private volatile @Nullable ScheduledExecutorService poll;

  /**
   * @param serves whether this process serves requests; if not, it reads and loads nothing
   * @param defaultModel answers requests without a model; null for the newest one in production
   */
  RegistryCache(
      ModelRegistry registry,
      Classifier classifier,
      ModelsProperties settings,
      boolean serves,
      @Nullable DefaultModel defaultModel) {
    this.registry = registry;
    this.classifier = classifier;
    this.pollInterval = settings.pollInterval();
    this.lookupTimeout = settings.lookupTimeout();
    this.serves = serves;
    this.defaultModel = defaultModel;
  }

  /**
   * The version in production of a name.
   *
   * @throws RegistryAwayException if it is not cached and can't be looked up
   * @throws UnknownModelException if there is none
   */
  public ModelVersion promoted(String name) {
    return aliased(name, AliasRows.PRODUCTION);
  }

  /**
   * The version that an alias points to.
   *
   * @throws RegistryAwayException if it is not cached and can't be looked up
   * @throws UnknownModelException if there is none
   */
  public ModelVersion aliased(String name, String alias) {
    ModelVersion known = known().get(new Key(name, alias));
    return known != null ? known : lookUp(() -> registry.lookup().aliased(name, alias));
  }

  /** The alias that answers requests without a model; null for the newest one in production. */
  public @Nullable DefaultModel defaultModel() {
    return defaultModel;
  }

  /**
   * The most recently promoted of all versions in production.
   *
   * @throws RegistryAwayException if none is cached and none can be looked up
   * @throws UnknownModelException if there is none
   */
  public ModelVersion newestPromoted() {
    return known().entrySet().stream()
        .findFirst()
        .filter(newest -> newest.getKey().isProduction())
        .map(Map.Entry::getValue)
        .orElseGet(() -> lookUp(registry.lookup()::newestPromoted));
  }

  /**
   * A version by its number.
   *
   * @throws RegistryAwayException if it is not cached and can't be looked up
   * @throws UnknownModelException if there is none
   */
  public ModelVersion version(String name, int number) {
    ModelVersion promoted = known().get(new Key(name, AliasRows.PRODUCTION));
    if (promoted != null && promoted.version() == number) {
      return promoted;
    }
    var key = new Pointer(name, number);
    synchronized (versions) {
      ModelVersion known = versions.get(key);
      if (known != null) {
        return known;
      }
    }
    return lookUp(() -> remembered(key));
  }

  /** Runs under the lock, so that a version that is being deleted is not cached afterwards. */
  private ModelVersion remembered(Pointer key) {
    refreshing.lock();
    try {
      ModelVersion found = registry.lookup().version(key.name(), key.version());
      synchronized (versions) {
        versions.put(key, found);
      }
      return found;
    } finally {
      refreshing.unlock();
    }
  }

  private Map<Key, ModelVersion> known() {
    Map<Key, ModelVersion> known = aliases;
    return known == null ? Map.of() : known;
  }

  /**
   * Queries the database on another thread, because that may wait much longer for a connection than
   * a client should.
   *
   * @throws RegistryAwayException if it doesn't answer in time
   * @throws UnknownModelException if the model does not exist
   */
  private <T> T lookUp(Callable<T> question) {
    if (databaseAway) {
      throw new RegistryAwayException(null);
    }
    Future<T> answer = lookups.submit(question);
    try {
      return answer.get(lookupTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // No other request waits until a background read succeeds again.
      databaseAway = true;
      throw new RegistryAwayException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DataAccessException) {
        throw new RegistryAwayException(e.getCause());
      }
      if (e.getCause() instanceof UnknownModelException unknown) {
        throw unknown;
      }
      throw new IllegalStateException("A look-up in the model registry failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryAwayException(e);
    } finally {
      answer.cancel(true);
    }
  }

  @EventListener
  public void on(ModelsChanged event) {
    if (isRunning()) {
      refreshOrLog();
    }
  }

  private void refreshOrLog() {
    try {
      refresh();
      if (databaseAway) {
        log.info("The model registry can be read again");
      }
      databaseAway = false;
    } catch (RuntimeException e) {
      if (!databaseAway) {
        log.warn("The model registry can't be read; cached models stay in use", e);
      }
      databaseAway = true;
    }
  }

  /** Reads the aliases and forgets deleted versions. */
  void refresh() {
    Map<Key, ModelVersion> changed = new LinkedHashMap<>();
    refreshing.lock();
    try {
      Map<Key, ModelVersion> before = aliases;
      Map<Key, ModelVersion> now = new LinkedHashMap<>();
      for (Alias alias : registry.aliases().all()) {
        var key = new Key(alias.name(), alias.alias());
        ModelVersion known = before == null ? null : before.get(key);
        if (known != null && known.version() == alias.version()) {
          now.put(key, known);
          continue;
        }
        // Empty if it was deleted in between; the next read sees the new state.
        registry
            .find(alias.name(), alias.version())
            .ifPresent(
                version -> {
                  now.put(key, version);
                  changed.put(key, version);
                });
      }
      aliases = now;
      forgetDeleted();
      if (before == null) {
        // After the start, models are loaded on their first request.
        changed.clear();
      }
    } finally {
      refreshing.unlock();
    }
    changed.forEach((key, version) -> classifier.prepare(key.alias(), version));
  }

  private void forgetDeleted() {
    List<Pointer> remembered;
    synchronized (versions) {
      remembered = List.copyOf(versions.keySet());
    }
    List<ModelVersion> loaded = classifier.loaded();
    Set<String> names =
        Stream.concat(
                remembered.stream().map(Pointer::name), loaded.stream().map(ModelVersion::name))
            .collect(Collectors.toSet());
    Set<Pointer> existing = registry.existing(names);
    synchronized (versions) {
      versions.keySet().removeIf(key -> remembered.contains(key) && !existing.contains(key));
    }
    loaded.stream()
        .filter(version -> !existing.contains(new Pointer(version.name(), version.version())))
        .forEach(classifier::forget);
  }

  @Override
  public void start() {
    if (serves) {
      var started = Executors.newSingleThreadScheduledExecutor(daemon("model-registry"));
      started.scheduleWithFixedDelay(
          this::refreshOrLog, 0, pollInterval.toNanos(), TimeUnit.NANOSECONDS);
      poll = started;
    }
  }

  @Override
  public void stop() {
    ScheduledExecutorService started = poll;
    poll = null;
    if (started != null) {
      started.shutdownNow();
    }
  }

  @Override
  public boolean isRunning() {
    return poll != null;
  }

  @Override
  public void close() {
    stop();
    lookups.shutdownNow();
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      var thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
