package dev.resnet.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.pictures.ImageShape;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidationSplitTests {

  @ParameterizedTest
  @CsvSource({
    "1, 0.5, 0",
    "2, 0.01, 1",
    "2, 0.5, 1",
    "3, 0.5, 1",
    "3, 0.01, 1",
    "4, 0.5, 2",
    "5, 0.2, 1",
    "9, 0.2, 1",
    "10, 0.2, 2",
    "10, 0.3, 3",
    "100, 0.29, 29",
    "100, 0.001, 1",
    "0, 0.5, 0"
  })
  void eachClassGivesItsPartButNeverAllOfIt(int count, double fraction, int heldOut) {
    // The class in question lies between two others.
    ImageSet images = images(6, count, 6);
    ValidationSplit split = ValidationSplit.of(images, fraction, 1);
    assertThat(ofClass(images, split.validation(), 1)).isEqualTo(heldOut);
    assertThat(ofClass(images, split.train(), 1)).isEqualTo(count - heldOut);
  }

  @Test
  void everyImageIsInExactlyOnePartInItsOrder() {
    ValidationSplit split = ValidationSplit.of(images(5, 1, 8), 0.4, 3);
    assertThat(split.train()).isSorted();
    assertThat(split.validation()).isSorted();
    assertThat(IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.validation())))
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
  }

  @Test
  void dependsOnTheSeedAndTheImagesAlone() {
    ImageSet images = images(40, 40);
    int[] first = ValidationSplit.of(images, 0.25, 1).validation();
    assertThat(ValidationSplit.of(images(40, 40), 0.25, 1).validation()).isEqualTo(first);
    assertThat(ValidationSplit.of(images, 0.25, 2).validation()).isNotEqualTo(first);
    // Not the images that train_limit would choose with this seed.
    assertThat(new ClassSample(images, 20, 1).indices()).isNotEqualTo(first);
  }

  @Test
  void withoutAFractionAllImagesAreTrainedOn() {
    ValidationSplit split = ValidationSplit.of(images(3, 3), 0, 1);
    assertThat(split.train()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(split.validation()).isEmpty();
  }

  @Test
  void aClassOfOneImageGivesNone() {
    assertThat(ValidationSplit.of(images(1, 1, 1), 0.5, 1).validation()).isEmpty();
  }

  @Test
  void theLeastNumberForTrainingIsALowerBoundCloseToTheTruth() {
    for (double fraction : new double[] {0, 0.01, 0.1, 0.2, 0.3, 0.5}) {
      for (int[] sizes : new int[][] {{1}, {2, 2}, {50, 50, 50}, {1, 2, 3, 40}, {7, 11, 13, 300}}) {
        int all = Arrays.stream(sizes).sum();
        int left = ValidationSplit.of(images(sizes), fraction, 1).train().length;
        assertThat(ValidationSplit.leastTraining(all, sizes.length, fraction))
            .as("%s of %s", fraction, Arrays.toString(sizes))
            .isBetween(Math.max(1, left - 2 * sizes.length), left);
      }
    }
    assertThat(ValidationSplit.leastTraining(50_000, 10, 0)).isEqualTo(50_000);
    assertThat(ValidationSplit.leastTraining(50_000, 10, 0.1)).isEqualTo(44_990);
  }

  /** Images of these class sizes, the classes mixed. */
  private static ImageSet images(int... sizes) {
    int[] left = sizes.clone();
    ImageSet images = ImageSet.empty(ImageShape.CIFAR, Arrays.stream(sizes).sum());
    int label = 0;
    for (int i = 0; i < images.count(); i++) {
      do {
        label = (label + 1) % sizes.length;
      } while (left[label] == 0);
      left[label]--;
      images.labels()[i] = (short) label;
    }
    return images;
  }

  private static long ofClass(ImageSet images, int[] some, int label) {
    return Arrays.stream(some).filter(i -> images.label(i) == label).count();
  }
}
