package dev.resnet.data;

import dev.resnet.files.Sha256;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.ResizePolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A data set in memory.
 *
 * @param name as clients write it: {@code cifar10}, {@code synthetic}
 * @param classes the class names by index
 * @param train the training images; {@link #normalization()} is computed from them
 * @param test the test images, used only for evaluation
 * @param resize how images of another size become one of this data set
 * @param sha256 SHA-256 of all images and labels, training before test; identifies the data that a
 *     model was trained on
 */
public record Dataset(
    String name,
    List<String> classes,
    ImageSet train,
    ImageSet test,
    ResizePolicy resize,
    String sha256) {

  public Dataset {
    classes = List.copyOf(classes);
  }

  /** A data set of at most 256 classes, with the digest of its content. */
  public static Dataset of(String name, List<String> classes, ImageSet train, ImageSet test) {
    String sha256 = Sha256.of(train.pixels(), train.labelBytes(), test.pixels(), test.labelBytes());
    return new Dataset(name, classes, train, test, ResizePolicy.CROP, sha256);
  }

  /** Of every image. */
  public ImageShape shape() {
    return train.shape();
  }

  /** Computed from the training images, never from test images. */
  public Normalization normalization() {
    return train.normalization();
  }

  /**
   * The same data set with at most this many images; null means all. The training images are a
   * stratified sample, the test images the first ones, so that accuracies under one limit are
   * comparable.
   *
   * @param seed of the sample
   */
  public Dataset limited(@Nullable Integer trainLimit, @Nullable Integer testLimit, long seed) {
    return new Dataset(
        name,
        classes,
        trainLimit == null ? train : train.sample(trainLimit, seed),
        testLimit == null ? test : test.limited(testLimit),
        resize,
        sha256);
  }
}
