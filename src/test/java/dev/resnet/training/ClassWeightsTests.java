package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.ImageSet;
import dev.resnet.pictures.ImageShape;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassWeightsTests {

  @Test
  void balancedClassesCountTheSameAndImagesOneOnAverage() {
    ImageSet images = images(0, 0, 0, 0, 0, 0, 1, 1, 1, 2);
    float[] weights = weights(images, 3);

    assertThat(weights).containsExactly(10f / 18, 10f / 9, 10f / 3);
    double sum = 0;
    for (int i = 0; i < images.count(); i++) {
      sum += weights[images.label(i)];
    }
    assertThat(sum / images.count()).isEqualTo(1, org.assertj.core.api.Assertions.within(1e-6));
  }

  @Test
  void aClassWithoutImagesIsLeftOut() {
    assertThat(weights(images(0, 0, 0, 2), 4)).containsExactly(2f / 3, 1, 2, 1);
  }

  @Test
  void thereAreNoWeightsWithoutBalance() {
    assertThat(ClassWeights.NONE.of(images(0, 0, 1), new int[] {0, 1, 2}, 2)).isNull();
  }

  @Test
  void onlyImagesThatAreTrainedOnCount() {
    assertThat(ClassWeights.BALANCED.of(images(0, 1, 1, 1), new int[] {0, 3}, 2))
        .containsExactly(1, 1);
  }

  private static float[] weights(ImageSet images, int classes) {
    int[] all = IntStream.range(0, images.count()).toArray();
    return ClassWeights.BALANCED.of(images, all, classes);
  }

  private static ImageSet images(int... labels) {
    ImageSet images = ImageSet.empty(ImageShape.CIFAR, labels.length);
    for (int i = 0; i < labels.length; i++) {
      images.labels()[i] = (short) labels[i];
    }
    return images;
  }
}
