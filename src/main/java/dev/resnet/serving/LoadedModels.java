package dev.resnet.serving;

import dev.resnet.models.ModelVersion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions in memory; the least recently used one gives way. A version is loaded by the first
 * who asks, outside the lock, while others who want it wait and all other versions answer.
 */
final class LoadedModels implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LoadedModels.class);

  /** What identifies a loaded version: its content too, should a number ever be used again. */
  private record Key(String name, int version, String sha256) {
    static Key of(ModelVersion v) {
      return new Key(v.name(), v.version(), v.sha256());
    }
  }

  private final Path models;
  private final InferenceEngines engines;
  private final int limit;

  /** In the order of use, the least recent first; guarded by this. */
  private final Map<Key, CompletableFuture<LoadedModel>> entries =
      new LinkedHashMap<>(16, 0.75f, true);

  LoadedModels(Path models, InferenceEngines engines, int limit) {
    this.models = models;
    this.engines = engines;
    this.limit = limit;
  }

  /**
   * The version, loaded where it is not yet; the caller releases it.
   *
   * @throws ModelUnavailableException where it cannot be loaded
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
        return model;
      }
      // It gave way to another version before it could be used: load it again.
    }
  }

  /** The version, where it is in memory; the caller releases it. */
  Optional<LoadedModel> acquireIfLoaded(ModelVersion version) {
    synchronized (this) {
      var entry = entries.get(Key.of(version));
      return entry != null
              && entry.isDone()
              && !entry.isCompletedExceptionally()
              && entry.join().retain()
          ? Optional.of(entry.join())
          : Optional.empty();
    }
  }

  private void load(ModelVersion version, CompletableFuture<LoadedModel> entry) {
    try {
      LoadedModel model = LoadedModel.load(version, models, engines);
      synchronized (this) {
        entry.complete(model);
        if (entries.get(Key.of(version)) == entry) {
          makeRoom(entry);
        } else {
          // It was given up while it was being loaded.
          model.release();
        }
      }
      log.info("Loaded {}", version.label());
    } catch (Throwable e) {
      // The next request tries again: the file may have been restored.
      synchronized (this) {
        entries.remove(Key.of(version), entry);
      }
      entry.completeExceptionally(e);
      log.warn("Loading {} failed: {}", version.label(), e.getMessage(), e.getCause());
    }
  }

  /** Gives up loaded versions beyond the limit, never the one that was just loaded. */
  private void makeRoom(CompletableFuture<LoadedModel> newest) {
    long loaded = entries.values().stream().filter(CompletableFuture::isDone).count();
    var iterator = entries.values().iterator();
    while (loaded > limit && iterator.hasNext()) {
      var entry = iterator.next();
      if (entry != newest && entry.isDone()) {
        iterator.remove();
        loaded--;
        log.info("Gave up {} for another", entry.join().version().label());
        entry.join().release();
      }
    }
  }

  synchronized List<ModelVersion> versions() {
    return entries.values().stream()
        .filter(entry -> entry.isDone() && !entry.isCompletedExceptionally())
        .map(entry -> entry.join().version())
        .toList();
  }

  /** Gives a version up; requests that compute on it end undisturbed. */
  synchronized void forget(ModelVersion version) {
    var entry = entries.remove(Key.of(version));
    if (entry != null && entry.isDone() && !entry.isCompletedExceptionally()) {
      entry.join().release();
      log.info("Gave up {}, which was deleted", version.label());
    }
  }

  private static LoadedModel joined(CompletableFuture<LoadedModel> entry) {
    try {
      return entry.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ModelUnavailableException unavailable) {
        // A new one for each waiting thread: it carries that thread's stack.
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
