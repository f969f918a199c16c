package dev.resnet.evaluation;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageSet;
import dev.resnet.models.TrainedModels;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Data sets of noise: one that fits the networks of {@link TrainedModels}, and variants of it. */
final class LabelledNoise implements DatasetCatalog {
  static final String SHA_256 = "ab".repeat(32);
  static final int IMAGES = 70;

  /** Called whenever images are loaded. */
  interface Loading {
    void now() throws IOException;
  }

  Loading loading = () -> {};

  static ImageSet images(ImageShape shape) {
    var images = ImageSet.empty(shape, IMAGES);
    new Random(5).nextBytes(images.pixels());
    for (int i = 0; i < IMAGES; i++) {
      images.labels()[i] = (short) (i * 7 % 10);
    }
    return images;
  }

  private static @Nullable Dataset dataset(String name) {
    ImageSet images = images(ImageShape.CIFAR);
    return switch (name) {
      case "synthetic" -> of(name, TrainedModels.CLASSES, images, SHA_256);
      case "reversed" -> {
        List<String> reversed = new ArrayList<>(TrainedModels.CLASSES);
        Collections.reverse(reversed);
        for (int i = 0; i < IMAGES; i++) {
          images.labels()[i] = (short) (9 - images.labels()[i]);
        }
        yield of(name, reversed, images, "cd".repeat(32));
      }
      case "pets" -> {
        List<String> others = new ArrayList<>(TrainedModels.CLASSES);
        others.set(9, "hamster");
        yield of(name, others, images, "ef".repeat(32));
      }
      case "large" -> of(name, TrainedModels.CLASSES, images(new ImageShape(48)), "01".repeat(32));
      default -> null;
    };
  }

  private static Dataset of(String name, List<String> classes, ImageSet images, String sha256) {
    return new Dataset(name, classes, images, images, ResizePolicy.CROP, sha256);
  }

  @Override
  public List<DatasetInfo> list() {
    return List.of();
  }

  @Override
  public Optional<DatasetInfo> info(String name, @Nullable String version) {
    return Optional.ofNullable(dataset(name))
        .map(
            data ->
                new DatasetInfo(
                    name,
                    data.classes(),
                    data.shape(),
                    data.resize(),
                    data.train().count(),
                    data.test().count(),
                    DatasetInfo.Status.READY,
                    null,
                    data.sha256(),
                    null,
                    null,
                    null));
  }

  @Override
  public Dataset load(String name, @Nullable String version) throws IOException {
    loading.now();
    return Optional.ofNullable(dataset(name)).orElseThrow();
  }

  @Override
  public void hold(String name, String version) {}
}
