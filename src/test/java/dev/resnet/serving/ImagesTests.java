package dev.resnet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.Normalizer;
import dev.resnet.pictures.Picture;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImagesTests {
  private static final ImageShape SHAPE = ImageShape.CIFAR;
  private static final Normalization NORMALIZATION =
      new Normalization(new float[] {0.49f, 0.48f, 0.45f}, new float[] {0.25f, 0.24f, 0.26f});

  private static float[] input(Images images) {
    float[] input = new float[images.count() * SHAPE.values()];
    images.normalize(new Normalizer(NORMALIZATION), input);
    return input;
  }

  @Test
  void picturesBytesAndWholeFloatsGiveTheSameBits() {
    byte[] pixels = new byte[2 * SHAPE.values()];
    new Random(1).nextBytes(pixels);
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i] & 0xff;
    }
    float[] fromBytes = input(Images.ofBytes(SHAPE, pixels));
    assertThat(input(Images.ofFloats(SHAPE, values))).isEqualTo(fromBytes);
    assertThat(
            input(
                Images.of(
                    List.of(
                        new Picture(SHAPE, Arrays.copyOf(pixels, SHAPE.values())),
                        new Picture(
                            SHAPE,
                            Arrays.copyOfRange(pixels, SHAPE.values(), 2 * SHAPE.values()))))))
        .isEqualTo(fromBytes);
  }

  @Test
  void aFloatBetweenTwoBytesIsNotRounded() {
    float[] values = new float[SHAPE.values()];
    values[1] = 127.5f;
    assertThat(input(Images.ofFloats(SHAPE, values))[1])
        .isCloseTo((127.5f / 255 - 0.48f) / 0.24f, within(1e-6f));
  }

  @Test
  void valuesThatAreNoWholeImagesAreAnError() {
    assertThatThrownBy(() -> Images.ofBytes(SHAPE, new byte[SHAPE.values() + 1]))
        .hasMessage("3073 values are not whole images of 32×32 pixels");
    assertThatThrownBy(() -> Images.ofFloats(SHAPE, new float[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
