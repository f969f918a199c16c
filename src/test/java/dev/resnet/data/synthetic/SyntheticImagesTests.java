package dev.resnet.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.CounterRandom;
import dev.resnet.data.ImageSet;
import dev.resnet.data.SoftmaxRegression;
import dev.resnet.files.Sha256;
import dev.resnet.pictures.ImageShape;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticImagesTests {

  @Test
  void areTheSameOnEveryMachineAndForEver() {
    // Models name the data they were made from: other images must not go by the same seed.
    ImageSet images = new SyntheticImages(1).train(1000);

    assertThat(Sha256.of(images.pixels(), images.labelBytes()))
        .isEqualTo("96d763d728d597e6c113a189afdf155d93a5b6d05db6d92d2718e8360a0035e4");
  }

  @Test
  void doNotDependOnHowManyAreDrawn() {
    var images = new SyntheticImages(1);

    assertThat(images.train(50).limited(20).pixels()).isEqualTo(images.train(20).pixels());
  }

  @Test
  void differBySeedAndSplit() {
    ImageSet train = new SyntheticImages(1).train(10);

    assertThat(new SyntheticImages(1).test(10).pixels()).isNotEqualTo(train.pixels());
    assertThat(new SyntheticImages(2).train(10).pixels()).isNotEqualTo(train.pixels());
  }

  @Test
  void areAllDifferent() {
    ImageSet images = new SyntheticImages(3).train(2000);

    long different =
        IntStream.range(0, images.count())
            .mapToObj(
                i ->
                    Arrays.hashCode(
                        Arrays.copyOfRange(
                            images.pixels(),
                            i * ImageShape.CIFAR.values(),
                            (i + 1) * ImageShape.CIFAR.values())))
            .distinct()
            .count();

    assertThat(different).isEqualTo(images.count());
  }

  @Test
  void haveAsManyOfEachClass() {
    ImageSet images = new SyntheticImages(1).test(200);

    for (int label = 0; label < 10; label++) {
      int wanted = label;
      assertThat(IntStream.range(0, 200).filter(i -> images.label(i) == wanted)).hasSize(20);
    }
    assertThat(SyntheticClass.labels()).hasSize(10).contains("circle", "stripes_horizontal");
  }

  @ParameterizedTest
  @EnumSource
  void showAClassThatAMirrorKeeps(SyntheticClass figure) {
    var random = new CounterRandom(1, 2, 3);
    for (int i = 0; i < 1000; i++) {
      double x = random.between(-1.5, 1.5);
      double y = random.between(-1.5, 1.5);
      assertThat(figure.distance(-x, y)).isEqualTo(figure.distance(x, y));
    }
  }

  @ParameterizedTest
  @EnumSource
  void showNeitherTooLittleNorTooMuchOfAClass(SyntheticClass figure) {
    int inside = 0;
    for (int y = 0; y < 100; y++) {
      for (int x = 0; x < 100; x++) {
        inside += figure.distance((x - 49.5) / 50, (y - 49.5) / 50) < 0 ? 1 : 0;
      }
    }

    assertThat(inside).isBetween(2000, 8000);
  }

  @Test
  void canNotBeToldByWeighingPixels() {
    var images = new SyntheticImages(1);
    ImageSet train = images.train(5000);
    ImageSet test = images.test(1000);
    var linear = new SoftmaxRegression(10, train.normalization());

    double best = bestOf(linear, train, test);

    assertThat(linear.accuracy(train)).as("has learnt what it can").isGreaterThan(0.6);
    assertThat(best).as("best of all epochs, on images not seen").isBetween(0.1, 0.45);
  }

  @Test
  void wouldBeToldByWeighingPixelsIfTheyHadFixedPlaces() {
    // The control: the same regression does learn where there is something linear to learn.
    ImageSet train = fixedPlaces(1000, 1);
    var linear = new SoftmaxRegression(10, train.normalization());

    assertThat(bestOf(linear, train, fixedPlaces(500, 2))).isGreaterThan(0.95);
  }

  private static double bestOf(SoftmaxRegression linear, ImageSet train, ImageSet test) {
    var random = new Random(1);
    double best = 0;
    float rate = 1e-3f;
    for (int epoch = 0; epoch < 30; epoch++) {
      linear.epoch(train, rate, random);
      best = Math.max(best, linear.accuracy(test));
      rate *= 0.93f;
    }
    return best;
  }

  /** Noise with one of ten rows brightened: the row is the class. */
  private static ImageSet fixedPlaces(int count, long seed) {
    byte[] pixels = new byte[count * ImageShape.CIFAR.values()];
    short[] labels = new short[count];
    new Random(seed).nextBytes(pixels);
    for (int i = 0; i < count; i++) {
      labels[i] = (short) (i % 10);
      int row = i * ImageShape.CIFAR.values() + 9 * labels[i] * ImageShape.CIFAR.size();
      Arrays.fill(pixels, row, row + 3 * ImageShape.CIFAR.size(), (byte) 220);
    }
    return new ImageSet(ImageShape.CIFAR, pixels, labels);
  }
}
