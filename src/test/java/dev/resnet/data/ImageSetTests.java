package dev.resnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.data.synthetic.SyntheticClass;
import dev.resnet.data.synthetic.SyntheticImages;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageSetTests {

  @Test
  void hasAsManyLabelsAsImages() {
    assertThat(new ImageSet(ImageShape.CIFAR, new byte[2 * 3072], new short[2]).count())
        .isEqualTo(2);
    assertThatThrownBy(() -> new ImageSet(ImageShape.CIFAR, new byte[2 * 3072 - 1], new short[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 labels");
  }

  @Test
  void canBeLimitedToItsFirstImages() {
    ImageSet images = new SyntheticImages(1).train(12);

    assertThat(images.limited(11).count()).isEqualTo(11);
    assertThat(images.limited(11).pixels())
        .isEqualTo(Arrays.copyOf(images.pixels(), 11 * ImageShape.CIFAR.values()));
    assertThat(images.limited(11).label(10)).isEqualTo(images.label(10));
    assertThat(images.limited(12)).isSameAs(images);
    assertThat(images.limited(13)).isSameAs(images);
  }

  @Test
  void aSampleKeepsThePartOfEachClass() {
    // 60 of class 0, 30 of class 1, 10 of class 2, sorted by class as a folder would give them.
    short[] labels = new short[100];
    Arrays.fill(labels, 60, 90, (short) 1);
    Arrays.fill(labels, 90, 100, (short) 2);
    var images = new ImageSet(ImageShape.CIFAR, new byte[100 * 3072], labels);
    for (int i = 0; i < 100; i++) {
      images.pixels()[i * 3072] = (byte) i;
    }

    ImageSet sample = images.sample(25, 7);

    assertThat(sample.count()).isEqualTo(25);
    assertThat(sample.labels()).containsOnly((short) 0, (short) 1, (short) 2).isSorted();
    // 15, 7.5 and 2.5: of equal remainders the first class gets what is left.
    assertThat(IntStream.range(0, 25).map(sample::label).filter(c -> c == 0)).hasSize(15);
    assertThat(IntStream.range(0, 25).map(sample::label).filter(c -> c == 1)).hasSize(8);
    assertThat(IntStream.range(0, 25).map(sample::label).filter(c -> c == 2)).hasSize(2);
    int[] chosen = IntStream.range(0, 25).map(i -> sample.pixels()[i * 3072]).toArray();
    assertThat(chosen).isSorted().doesNotHaveDuplicates();
    assertThat(chosen).as("not just the first ones").isNotEqualTo(firstOfEach(15, 8, 2));
    assertThat(images.sample(25, 7).pixels()).isEqualTo(sample.pixels());
    assertThat(images.sample(25, 8).pixels()).isNotEqualTo(sample.pixels());
    assertThat(images.sample(100, 7)).isSameAs(images);
    assertThat(images.sample(99, 7).count()).isEqualTo(99);
  }

  private static int[] firstOfEach(int zeros, int ones, int twos) {
    return IntStream.concat(
            IntStream.range(0, zeros),
            IntStream.concat(IntStream.range(60, 60 + ones), IntStream.range(90, 90 + twos)))
        .toArray();
  }

  @Test
  void keepsItsNameAndDigestWhereTheSetIsLimited() {
    var images = new SyntheticImages(1);
    Dataset all =
        Dataset.of("synthetic", SyntheticClass.labels(), images.train(20), images.test(10));

    Dataset limited = all.limited(5, null, 1);

    assertThat(limited.train().count()).isEqualTo(5);
    assertThat(limited.test().count()).isEqualTo(10);
    assertThat(limited.sha256()).isEqualTo(all.sha256());
  }

  @Test
  void isNormalisedByTheMeanAndDeviationOfEachChannel() {
    byte[] pixels = new byte[2 * ImageShape.CIFAR.values()];
    // Red is 0 in one image and 255 in the other, green 51 throughout, blue 204 in a quarter.
    for (int pixel = 0; pixel < 2048; pixel++) {
      pixels[3 * pixel] = (byte) (pixel < 1024 ? 0 : 255);
      pixels[3 * pixel + 1] = 51;
      pixels[3 * pixel + 2] = (byte) (pixel < 512 ? 204 : 0);
    }

    Normalization normalization =
        new ImageSet(ImageShape.CIFAR, pixels, new short[2]).normalization();

    assertThat(normalization.mean()).containsExactly(new float[] {0.5f, 0.2f, 0.2f}, within(1e-6f));
    assertThat(normalization.standardDeviation())
        .containsExactly(new float[] {0.5f, 1f, (float) (0.8 * Math.sqrt(3) / 4)}, within(1e-6f));
  }

  @Test
  void showsAPictureWithEveryPixelAsItIs() throws IOException {
    ImageSet images = new SyntheticImages(1).train(3);

    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(Pictures.png(images, 2)));

    assertThat(picture.getWidth()).isEqualTo(32);
    assertThat(picture.getHeight()).isEqualTo(32);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        int at = 2 * ImageShape.CIFAR.values() + 3 * (y * 32 + x);
        assertThat(picture.getRGB(x, y) & 0xffffff)
            .isEqualTo(
                (images.pixels()[at] & 0xff) << 16
                    | (images.pixels()[at + 1] & 0xff) << 8
                    | images.pixels()[at + 2] & 0xff);
      }
    }
  }

  @Test
  void hasNoPictureBeyondItsEnd() {
    ImageSet images = new SyntheticImages(1).train(3);

    assertThatThrownBy(() -> Pictures.picture(images, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Pictures.picture(images, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
