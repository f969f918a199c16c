package dev.resnet.serving;

import dev.resnet.engine.Precision;
import dev.resnet.models.AliasRows;
import dev.resnet.models.LoadedPrecision;
import dev.resnet.models.ModelVersion;
import dev.resnet.pictures.Picture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classifies images with registered models. Thread-safe; one version computes all predictions of a
 * request.
 *
 * <p>A version is loaded when it is first requested. When a newer version is promoted, each process
 * keeps using the previous one until the newer one is in its memory.
 */
public class Classifier implements AutoCloseable, LoadedPrecision {
  private static final Logger log = LoggerFactory.getLogger(Classifier.class);

  /** How long to wait before a failed background load is tried again. */
  static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private final LoadedModels loaded;
  private final ExecutorService background;
  private final LongSupplier nanoTime;
  private final InferenceMetrics metrics;
  private final Admission admission;

  /** The version that last served requests for an alias. */
  private final Map<Alias, ModelVersion> answering = new ConcurrentHashMap<>();

  /**
   * The version that an alias was pointed to by this process, which has warmed it up. Requests that
   * began before that may still set {@link #answering} to its predecessor.
   */
  private final Map<Alias, Integer> switched = new ConcurrentHashMap<>();

  /** The background load and warm-up that is running or that failed last. */
  private final Map<Alias, Preparation> preparations = new ConcurrentHashMap<>();

  private record Alias(String name, String alias) {}

  private record Preparation(int version, boolean failed, long since) {}

  /**
   * @param background loads newly promoted versions; closed together with this classifier
   * @param nanoTime as {@link System#nanoTime}
   */
  Classifier(
      LoadedModels loaded,
      ExecutorService background,
      LongSupplier nanoTime,
      InferenceMetrics metrics,
      Admission admission) {
    this.loaded = loaded;
    this.background = background;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    this.admission = admission;
  }

  /**
   * Classifies with exactly this version.
   *
   * @throws ModelUnavailableException if it can't be loaded
   * @throws OverloadException if more is asked than can be computed in time
   * @throws CallerGoneException if nobody waits for the answer any more
   */
  public Classification classify(ModelVersion version, Images images, Options options) {
    return answer(loaded.acquire(version), images, options);
  }

  /** As the other method, with no options. */
  public Classification classify(ModelVersion version, Images images) {
    return classify(version, images, Options.NONE);
  }

  /**
   * Classifies with the version in production, or with its predecessor while that version is being
   * loaded.
   *
   * @throws ModelUnavailableException if neither can be loaded
   * @throws OverloadException if more is asked than can be computed in time
   * @throws CallerGoneException if nobody waits for the answer any more
   */
  public Classification classifyWithPromoted(
      ModelVersion promoted, Images images, Options options) {
    return classifyWithAlias(AliasRows.PRODUCTION, promoted, images, options);
  }

  /**
   * Classifies with the version that an alias points to, or with its predecessor while that version
   * is being loaded.
   *
   * @throws ModelUnavailableException if neither can be loaded
   * @throws OverloadException if more is asked than can be computed in time
   * @throws CallerGoneException if nobody waits for the answer any more
   */
  public Classification classifyWithAlias(
      String alias, ModelVersion version, Images images, Options options) {
    return answer(acquire(alias, version), images, options);
  }

  /** As the other method, with no options. */
  public Classification classifyWithPromoted(ModelVersion promoted, Images images) {
    return classifyWithPromoted(promoted, images, Options.NONE);
  }

  private Classification answer(LoadedModel model, Images images, Options options) {
    try {
      String name = model.version().name();
      return admission.admit(
          images,
          decoded -> metrics.timed(name, decoded.count(), () -> model.classify(decoded, options)));
    } finally {
      model.release();
    }
  }

  private LoadedModel acquire(String alias, ModelVersion version) {
    var key = new Alias(version.name(), alias);
    if (Integer.valueOf(version.version()).equals(switched.get(key))) {
      return loaded.acquire(version);
    }
    Preparation preparation = preparations.get(key);
    boolean ready = preparation == null || preparation.version() != version.version();
    LoadedModel model =
        (ready ? loaded.acquireIfLoaded(version) : Optional.<LoadedModel>empty())
            .orElseGet(() -> previousOrLoaded(key, version));
    if (model.version().version() == version.version()) {
      answering.put(key, version);
    }
    return model;
  }

  private LoadedModel previousOrLoaded(Alias key, ModelVersion version) {
    ModelVersion previous = answering.get(key);
    // The images have been read for this version; another kind of input doesn't fit them.
    if (previous != null
        && previous.version() != version.version()
        && previous.shape().equals(version.shape())
        && previous.resize() == version.resize()) {
      var model = loaded.acquireIfLoaded(previous);
      if (model.isPresent()) {
        prepare(key.alias(), version);
        return model.get();
      }
    }
    return loaded.acquire(version);
  }

  /**
   * Loads a version and classifies a test batch with it.
   *
   * @throws ModelUnavailableException if that fails
   */
  public void warmUp(ModelVersion version) {
    LoadedModel model = loaded.acquire(version);
    try {
      model.classify(Images.of(List.of(Picture.black(version.shape()))), Options.NONE);
    } finally {
      model.release();
    }
  }

  /** From now on, requests for the alias wait for this version instead of its predecessor. */
  public void switchTo(String alias, ModelVersion version) {
    var key = new Alias(version.name(), alias);
    answering.put(key, version);
    switched.put(key, version.version());
  }

  /** The versions in memory. */
  public List<ModelVersion> loaded() {
    return loaded.versions();
  }

  /** The precision in which each version in memory computes; never {@code auto}. */
  public Map<ModelVersion, Precision> precisions() {
    return loaded.precisions();
  }

  @Override
  public Optional<String> precision(ModelVersion version) {
    return loaded.precision(version).map(Precision::wireName);
  }

  /** Unloads a deleted version. */
  void forget(ModelVersion version) {
    answering
        .values()
        .removeIf(
            last -> last.name().equals(version.name()) && last.version() == version.version());
    switched
        .entrySet()
        .removeIf(
            last ->
                last.getKey().name().equals(version.name())
                    && last.getValue() == version.version());
    loaded.forget(version);
  }

  /**
   * Loads a version in the background and classifies a test batch with it. Then the next request
   * uses it.
   */
  void prepare(String alias, ModelVersion version) {
    var key = new Alias(version.name(), alias);
    var begun = new Preparation(version.version(), false, nanoTime.getAsLong());
    var current =
        preparations.compute(
            key, (name, last) -> last != null && holds(last, begun) ? last : begun);
    if (current != begun) {
      return;
    }
    background.execute(
        () -> {
          try {
            warmUp(version);
            preparations.remove(key, begun);
          } catch (RuntimeException e) {
            log.error(
                "Loading {} failed; the previous version keeps serving: {}",
                version.label(),
                e.getMessage());
            preparations.replace(
                key, begun, new Preparation(version.version(), true, nanoTime.getAsLong()));
          }
        });
  }

  private static boolean holds(Preparation last, Preparation now) {
    return last.version() == now.version()
        && (!last.failed() || now.since() - last.since() < RETRY_AFTER.toNanos());
  }

  @Override
  public void close() {
    background.shutdownNow();
    loaded.close();
  }
}
