package dev.resnet.serving;

import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Precision;
import dev.resnet.files.Sha256;
import dev.resnet.models.ModelVersion;
import dev.resnet.pictures.Normalizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A version in memory. Counts its users: if it is unloaded during a request, it is closed when that
 * request ends.
 */
final class LoadedModel {
  private final ModelVersion version;
  private final InferenceEngine engine;
  private final Normalizer normalizer;

  /** Starts at 1 for the loader. At 0 the model is closed for good. */
  private final AtomicInteger users = new AtomicInteger(1);

  /** Guarded by {@link LoadedModels}. */
  private long counted;

  private LoadedModel(ModelVersion version, InferenceEngine engine) {
    this.version = version;
    this.engine = engine;
    this.normalizer = new Normalizer(version.normalization());
  }

  static LoadedModel load(ModelVersion version, Path models, InferenceEngines engines) {
    Path file = models.resolve(version.file());
    try {
      if (!Files.isRegularFile(file)) {
        throw new ModelUnavailableException(
            ("The file of %s is missing; restore it from a backup, use another version or"
                    + " train again.")
                .formatted(version.label()),
            new NoSuchFileException(file.toString()));
      }
      String sha256 = Sha256.of(file);
      if (!sha256.equals(version.sha256())) {
        throw new ModelUnavailableException(
            ("The file of %s is damaged: its SHA-256 differs from the registered one; restore it"
                    + " from a backup, use another version or train again.")
                .formatted(version.label()),
            new IOException("%s has the SHA-256 %s".formatted(file, sha256)));
      }
      return new LoadedModel(version, engines.open(file, version.shape()));
    } catch (ModelUnavailableException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The libraries' messages contain paths of this machine, so they go to the log only.
      throw new ModelUnavailableException(
          "The file of %s can't be loaded; the service's log has the cause."
              .formatted(version.label()),
          e);
    }
  }

  ModelVersion version() {
    return version;
  }

  Precision precision() {
    return engine.precision();
  }

  /** Bytes of its weights and workspaces. */
  long bytes() {
    return engine.bytes();
  }

  /** Whether it takes more memory than at the last call. */
  boolean hasGrown() {
    long now = bytes();
    boolean grown = now > counted;
    counted = now;
    return grown;
  }

  /** Adds a user; false if the model is already closed. */
  boolean retain() {
    return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      engine.close();
    }
  }

  Classification classify(Images images, Options options) {
    float[] input = new float[images.count() * version.shape().values()];
    images.normalize(normalizer, input);
    float[][] probabilities = checked(engine.probabilities(input, images.count()));
    if (options.flip()) {
      // In place, and back again: the memory of a request holds one input.
      Mirroring.mirror(version.shape(), input);
      Mirroring.average(probabilities, checked(engine.probabilities(input, images.count())));
    }
    if (!options.heatmap()) {
      return new Classification(version, probabilities, null, engine.precision());
    }
    if (options.flip()) {
      Mirroring.mirror(version.shape(), input);
    }
    int[] best = Stream.of(probabilities).mapToInt(HeatMap::best).toArray();
    float[][] maps = engine.activationMaps(input, best);
    return new Classification(
        version,
        probabilities,
        IntStream.range(0, best.length).mapToObj(i -> HeatMap.of(best[i], maps[i])).toList(),
        engine.precision());
  }

  private float[][] checked(float[][] probabilities) {
    int classes = version.classes().size();
    for (float[] row : probabilities) {
      if (row.length != classes) {
        throw new ModelUnavailableException(
            "The network of %s has %d outputs, but %d classes are registered; train it again."
                .formatted(version.label(), row.length, classes));
      }
      for (float p : row) {
        if (!Float.isFinite(p)) {
          throw new ModelUnavailableException(
              ("The network of %s returns probabilities that are not finite: its training"
                      + " diverged; use another version, or train again with a lower learning"
                      + " rate.")
                  .formatted(version.label()));
        }
      }
    }
    return probabilities;
  }
}
