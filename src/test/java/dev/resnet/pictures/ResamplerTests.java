package dev.resnet.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResamplerTests {

  /** A grey image of the values of {@code grey}. */
  private static Picture resampled(int width, int height, IntBinaryOperator grey) throws Exception {
    Region region = Region.square(width, height);
    return new Resampler(32, 32)
        .resize(new Computed(region, grey), region)
        .centred(ImageShape.CIFAR);
  }

  private static final class Computed implements RegionRows {
    private final Region region;
    private final IntBinaryOperator grey;
    private int y;

    Computed(Region region, IntBinaryOperator grey) {
      this.region = region;
      this.grey = grey;
      this.y = region.top();
    }

    @Override
    public void next(int[] rgb) {
      for (int i = 0; i < 3 * region.width(); i++) {
        rgb[i] = grey.applyAsInt(region.left() + i / 3, y);
      }
      y++;
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }

  private static int at(Picture picture, int x, int y) {
    return picture.pixels()[3 * (y * 32 + x)] & 0xff;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17, 31, 33, 47, 64, 100, 333})
  void anImageOfOneColourKeepsItsColour(int side) throws Exception {
    assertThat(resampled(side, side, (x, y) -> 77).pixels()).containsOnly(77);
  }

  @Test
  void shrinkingTakesTheMeanOfTheArea() throws Exception {
    int[] values = new Random(1).ints(96 * 96, 0, 256).toArray();
    Picture picture = resampled(96, 96, (x, y) -> values[y * 96 + x]);

    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        double sum = 0;
        for (int i = 0; i < 9; i++) {
          sum += values[(3 * y + i / 3) * 96 + 3 * x + i % 3];
        }
        assertThat((double) at(picture, x, y)).isCloseTo(sum / 9, within(0.51));
      }
    }
  }

  @Test
  void aPixelOnTheBorderIsWeightedByItsOverlap() throws Exception {
    // 48 → 32: each target covers one pixel and half of the next.
    Picture picture = resampled(48, 48, (x, y) -> x == 1 ? 255 : 0);

    assertThat(at(picture, 0, 0)).isEqualTo(85);
    assertThat(at(picture, 1, 0)).isEqualTo(85);
    assertThat(at(picture, 2, 0)).isZero();
  }

  @Test
  void enlargingKeepsARampARamp() throws Exception {
    Picture picture = resampled(16, 16, (x, y) -> 10 * x);

    for (int x = 4; x < 28; x++) {
      assertThat((double) at(picture, x, 9)).isCloseTo(5 * x - 2.5, within(0.51));
    }
  }

  @Test
  void aLongImageIsCroppedToItsMiddle() throws Exception {
    // Bright outside the square of 64 in the middle.
    Picture wide = resampled(128, 64, (x, y) -> x < 32 || x >= 96 ? 255 : 20);
    Picture high = resampled(64, 128, (x, y) -> y < 32 || y >= 96 ? 255 : 20);

    assertThat(wide.pixels()).containsOnly(20);
    assertThat(high.pixels()).containsOnly(20);
  }

  @Test
  void overshootIsClampedToWhiteAndBlack() throws Exception {
    Picture picture = resampled(8, 8, (x, y) -> x < 4 ? 0 : 255);

    assertThat(at(picture, 12, 0)).isLessThan(20);
    assertThat(at(picture, 19, 0)).isGreaterThan(235);
  }
}
