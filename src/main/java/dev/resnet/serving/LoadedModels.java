package dev.resnet.serving;

import dev.resnet.engine.Precision;
import dev.resnet.models.ModelVersion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/**
 * The versions in memory; beyond the limit in bytes, the least recently used one is evicted. An
 * engine takes more memory the more requests it serves at the same time, so that is looked at again
 * when a version is used. The first thread that needs a version loads it, outside the lock. Other
 * threads that need it wait, and all other versions stay usable.
 */
final class LoadedModels implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LoadedModels.class);

  /** Identifies a loaded version, including its content, in case a number is ever reused. */
  private record Key(String name, int version, String sha256) {
    static Key of(ModelVersion v) {
      return new Key(v.name(), v.version(), v.sha256());
    }
  }

  private final Path models;
  private final InferenceEngines engines;
  private final long limit;

  /** In order of use, the least recently used first; guarded by this. */
  private final Map<Key, CompletableFuture<LoadedModel>> entries =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param limit bytes of all versions together; one version may take more
   */
  LoadedModels(Path models, InferenceEngines engines, DataSize limit) {
    this.models = models;
    this.engines = engines;
    this.limit = limit.toBytes();
  }

  /**
   * Returns the version and loads it if necessary; the caller must release it.
   *
   * @throws ModelUnavailableException if it can't be loaded
   */
  LoadedModel acquire(ModelVersion version) {
    while (true) {
      var mine = new CompletableFuture<LoadedModel>();
      CompletableFuture<LoadedModel> entry;
      synchronized (this) {
        entry = entries.computeIfAbsent(Key.of(version), key -> mine);
      }
      if (entry == mine) {
        load(version, mine);
      }
      LoadedModel model = joined(entry);
      if (model.retain()) {
        synchronized (this) {
          evictIfGrown(entry, model);
        }
        return model;
      }
      // It was evicted before it could be used, so load it again.
    }
  }

  /** The version if it is in memory; the caller must release it. */
  Optional<LoadedModel> acquireIfLoaded(ModelVersion version) {
    synchronized (this) {
      var entry = entries.get(Key.of(version));
      if (entry == null
          || !entry.isDone()
          || entry.isCompletedExceptionally()
          || !entry.join().retain()) {
        return Optional.empty();
      }
      evictIfGrown(entry, entry.join());
      return Optional.of(entry.join());
    }
  }

  private void evictIfGrown(CompletableFuture<LoadedModel> entry, LoadedModel model) {
    if (model.hasGrown()) {
      evict(entry);
    }
  }

  private void load(ModelVersion version, CompletableFuture<LoadedModel> entry) {
    try {
      LoadedModel model = LoadedModel.load(version, models, engines);
      synchronized (this) {
        entry.complete(model);
        if (entries.get(Key.of(version)) == entry) {
          evict(entry);
        } else {
          // It was unloaded while it was being loaded.
          model.release();
        }
      }
      log.info("Loaded {}", version.label());
    } catch (Throwable e) {
      // Let the next request try again: the file may have been restored.
      synchronized (this) {
        entries.remove(Key.of(version), entry);
      }
      entry.completeExceptionally(e);
      log.warn("Loading {} failed: {}", version.label(), e.getMessage(), e.getCause());
    }
  }

  /** Evicts versions beyond the limit, but never the one that is used now. */
  private void evict(CompletableFuture<LoadedModel> used) {
    long bytes = bytes();
    var iterator = entries.values().iterator();
    while (bytes > limit && iterator.hasNext()) {
      var entry = iterator.next();
      if (entry != used && entry.isDone() && !entry.isCompletedExceptionally()) {
        iterator.remove();
        bytes -= entry.join().bytes();
        log.info(
            "Unloaded {}: resnet.serving.max-loaded-memory is reached",
            entry.join().version().label());
        entry.join().release();
      }
    }
  }

  /** Of all versions in memory. */
  synchronized long bytes() {
    return entries.values().stream()
        .filter(entry -> entry.isDone() && !entry.isCompletedExceptionally())
        .mapToLong(entry -> entry.join().bytes())
        .sum();
  }

  synchronized List<ModelVersion> versions() {
    return entries.values().stream()
        .filter(entry -> entry.isDone() && !entry.isCompletedExceptionally())
        .map(entry -> entry.join().version())
        .toList();
  }

  /** The precision of a version in memory; this is not a use that keeps it there. */
  synchronized Optional<Precision> precision(ModelVersion version) {
    return entries.entrySet().stream()
        .filter(entry -> entry.getKey().equals(Key.of(version)))
        .map(Map.Entry::getValue)
        .filter(entry -> entry.isDone() && !entry.isCompletedExceptionally())
        .map(entry -> entry.join().precision())
        .findFirst();
  }

  /** The precisions of the versions in memory. */
  synchronized Map<ModelVersion, Precision> precisions() {
    return entries.values().stream()
        .filter(entry -> entry.isDone() && !entry.isCompletedExceptionally())
        .map(CompletableFuture::join)
        .collect(Collectors.toMap(LoadedModel::version, LoadedModel::precision));
  }

  /** Unloads a version; requests that use it can finish. */
  synchronized void forget(ModelVersion version) {
    var entry = entries.remove(Key.of(version));
    if (entry != null && entry.isDone() && !entry.isCompletedExceptionally()) {
      entry.join().release();
      log.info("Unloaded {}: it was deleted", version.label());
    }
  }

  private static LoadedModel joined(CompletableFuture<LoadedModel> entry) {
    try {
      return entry.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ModelUnavailableException unavailable) {
        // A new exception for each waiting thread, with that thread's stack trace.
        throw new ModelUnavailableException(unavailable.getMessage(), unavailable);
      }
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    entries.values().stream()
        .filter(entry -> entry.isDone() && !entry.isCompletedExceptionally())
        .forEach(entry -> entry.join().release());
    entries.clear();
  }
}
