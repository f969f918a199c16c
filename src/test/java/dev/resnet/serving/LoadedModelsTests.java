package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.engine.InferenceEngine;
import dev.resnet.files.Sha256;
import dev.resnet.models.ModelVersion;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Which versions are in memory, by the bytes that their engines take. */
class LoadedModelsTests {
  @TempDir private Path folder;

  /** Bytes by model. */
  private final Map<String, Long> bytes = new ConcurrentHashMap<>();

  private InferenceEngine open(Path file, ImageShape shape) {
    String model = file.getFileName().toString();
    return new InferenceEngine() {
      @Override
      public float[][] probabilities(float[] images, int count) {
        return new float[count][2];
      }

      @Override
      public float[][] activationMaps(float[] images, int[] classes) {
        throw new UnsupportedOperationException();
      }

      @Override
      public long bytes() {
        return bytes.get(model);
      }

      @Override
      public void close() {}
    };
  }

  private ModelVersion version(String model, long size) throws IOException {
    bytes.put(model, size);
    Path file = Files.writeString(folder.resolve(model), model);
    return new ModelVersion(
        model,
        1,
        1,
        List.of("cat", "dog"),
        ImageShape.CIFAR,
        ResizePolicy.CROP,
        List.of(0.5f, 0.5f, 0.5f),
        List.of(0.25f, 0.25f, 0.25f),
        model,
        1,
        Sha256.of(file),
        Instant.EPOCH,
        null,
        null,
        null,
        "");
  }

  @Test
  void theLeastRecentlyUsedAreUnloadedBeyondTheLimitInBytes() throws IOException {
    ModelVersion a = version("a", 10);
    ModelVersion b = version("b", 30);
    ModelVersion c = version("c", 60);
    try (var models = new LoadedModels(folder, this::open, DataSize.ofBytes(100))) {
      for (ModelVersion each : List.of(a, b, c)) {
        models.acquire(each).release();
      }
      assertThat(models.bytes()).isEqualTo(100);
      assertThat(models.versions()).as("the limit itself").containsExactly(a, b, c);

      bytes.put("c", 61L);
      models.acquire(c).release();
      assertThat(models.versions()).as("one that has grown").containsExactly(b, c);

      bytes.put("b", 900L);
      models.acquireIfLoaded(b).orElseThrow().release();
      assertThat(models.versions()).as("one version may take more").containsExactly(b);
      models.acquire(a).release();
      assertThat(models.versions()).containsExactly(a);
    }
  }
}
