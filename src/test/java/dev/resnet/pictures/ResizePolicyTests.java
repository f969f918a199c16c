package dev.resnet.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** Compares resized images with a direct computation in double precision. */
class ResizePolicyTests {
  private static final int[][] SIDES = {
    {32, 32}, {45, 31}, {31, 45}, {200, 75}, {20, 70}, {9, 14}, {32, 20}, {1, 40}, {97, 1}
  };

  private final PictureReader reader = Limits.reader(1 << 20, 1 << 20, DataSize.ofMegabytes(8));

  private record Source(int width, int height, int[] rgb) {
    static Source random(int width, int height) {
      return new Source(
          width, height, new Random(width).ints((long) width * height * 3, 0, 256).toArray());
    }

    int at(int x, int y, int c) {
      return rgb[3 * (y * width + x) + c];
    }

    Source upright(int orientation) {
      boolean swaps = orientation >= 5;
      int w = swaps ? height : width;
      int h = swaps ? width : height;
      int[] turned = new int[rgb.length];
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          // Exif 2.3, table 6: where the first row and the first column of the file are seen.
          int a = swaps ? y : x;
          int b = swaps ? x : y;
          boolean mirrorsX = List.of(2, 3, 7, 8).contains(orientation);
          boolean mirrorsY = List.of(3, 4, 6, 7).contains(orientation);
          int sx = mirrorsX ? width - 1 - a : a;
          int sy = mirrorsY ? height - 1 - b : b;
          for (int c = 0; c < 3; c++) {
            turned[3 * (y * w + x) + c] = at(sx, sy, c);
          }
        }
      }
      return new Source(w, h, turned);
    }

    byte[] write(String format) throws IOException {
      var image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      for (int i = 0; i < width * height; i++) {
        image.setRGB(i % width, i / width, rgb[3 * i] << 16 | rgb[3 * i + 1] << 8 | rgb[3 * i + 2]);
      }
      var out = new ByteArrayOutputStream();
      assertThat(ImageIO.write(image, format, out)).isTrue();
      return out.toByteArray();
    }
  }

  /** Weight of each source position for one target position, in double precision. */
  private static double[] weights(int position, int from, int to) {
    double[] weights = new double[from];
    double scale = (double) from / to;
    if (from >= to) {
      for (int i = 0; i < from; i++) {
        double overlap = Math.min(i + 1, (position + 1) * scale) - Math.max(i, position * scale);
        weights[i] = Math.max(0, overlap) / scale;
      }
      return weights;
    }
    // The cubic through two points whose slopes are half the differences of their neighbours.
    double centre = (position + 0.5) * scale - 0.5;
    int left = (int) Math.floor(centre);
    double t = centre - left;
    double[] four = {
      (-t + 2 * t * t - t * t * t) / 2,
      (2 - 5 * t * t + 3 * t * t * t) / 2,
      (t + 4 * t * t - 3 * t * t * t) / 2,
      (t * t * t - t * t) / 2
    };
    for (int i = 0; i < 4; i++) {
      weights[Math.max(0, Math.min(from - 1, left - 1 + i))] += four[i];
    }
    return weights;
  }

  private static double[] expected(Source source, ResizePolicy policy, int size) {
    int width = source.width();
    int height = source.height();
    int x0 = 0;
    int y0 = 0;
    int targetWidth = size;
    int targetHeight = size;
    if (policy == ResizePolicy.CROP) {
      int side = Math.min(width, height);
      x0 = (width - side) / 2;
      y0 = (height - side) / 2;
      width = side;
      height = side;
    } else if (policy == ResizePolicy.PAD) {
      int longer = Math.max(width, height);
      targetWidth = Math.max(1, (int) Math.round((double) width * size / longer));
      targetHeight = Math.max(1, (int) Math.round((double) height * size / longer));
    }
    double[] result = new double[size * size * 3];
    int left = (size - targetWidth) / 2;
    int top = (size - targetHeight) / 2;
    for (int y = 0; y < targetHeight; y++) {
      double[] down = weights(y, height, targetHeight);
      for (int x = 0; x < targetWidth; x++) {
        double[] across = weights(x, width, targetWidth);
        for (int c = 0; c < 3; c++) {
          double sum = 0;
          for (int sy = 0; sy < height; sy++) {
            for (int sx = 0; down[sy] != 0 && sx < width; sx++) {
              sum += down[sy] * across[sx] * source.at(x0 + sx, y0 + sy, c);
            }
          }
          result[3 * ((top + y) * size + left + x) + c] = Math.max(0, Math.min(255, sum));
        }
      }
    }
    return result;
  }

  private static void assertClose(Picture picture, double[] expected, String what) {
    for (int i = 0; i < expected.length; i++) {
      double difference = (picture.pixels()[i] & 0xff) - expected[i];
      if (Math.abs(difference) > 0.502) {
        throw new AssertionError(
            "%s: value %d is %d, not %.3f"
                .formatted(what, i, picture.pixels()[i] & 0xff, expected[i]));
      }
    }
  }

  private void assertStays(Picture picture) throws Exception {
    int size = picture.shape().size();
    byte[] png = Png.of(size, size, 8, Png.RGB).rows(picture.pixels(), 3 * size);
    for (ResizePolicy policy : ResizePolicy.values()) {
      assertThat(reader.read(png, picture.shape(), policy).pixels()).isEqualTo(picture.pixels());
    }
    assertThat(reader.read(png, picture.shape(), null).pixels()).isEqualTo(picture.pixels());
  }

  @ParameterizedTest
  @EnumSource
  void everyFormatIsResizedAsComputedDirectly(ResizePolicy policy) throws Exception {
    for (int[] sides : SIDES) {
      Source source = Source.random(sides[0], sides[1]);
      for (int size : new int[] {32, 48}) {
        double[] expected = expected(source, policy, size);
        for (String format : new String[] {"png", "bmp", "tiff"}) {
          var shape = new ImageShape(size);
          Picture picture = reader.read(source.write(format), shape, policy);
          assertClose(picture, expected, "%s %d×%d".formatted(format, sides[0], sides[1]));
          assertStays(picture);
        }
      }
    }
  }

  /** Their pixels are known only after decoding: the JDK's own reader gives them. */
  @ParameterizedTest
  @EnumSource
  void jpegAndGifAreResizedAsComputedDirectly(ResizePolicy policy) throws Exception {
    for (String format : new String[] {"jpeg", "gif"}) {
      byte[] file = Source.random(75, 50).write(format);
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
      int[] rgb = new int[75 * 50 * 3];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = image.getRGB(i / 3 % 75, i / 3 / 75) >> 16 - 8 * (i % 3) & 0xff;
      }
      Picture picture = reader.read(file, ImageShape.CIFAR, policy);
      assertClose(picture, expected(new Source(75, 50, rgb), policy, 32), format);
      assertStays(picture);
    }
  }

  /** An odd margin shows whether an image is padded before or after it is turned. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aTurnedImageIsSquashedAndPaddedUpright(int orientation) throws Exception {
    for (int[] sides : new int[][] {{64, 34}, {34, 64}, {50, 20}, {32, 32}}) {
      Source source = Source.random(sides[0], sides[1]);
      byte[] data = new byte[source.rgb().length];
      for (int i = 0; i < data.length; i++) {
        data[i] = (byte) source.rgb()[i];
      }
      byte[] file =
          new Tiff(sides[0], sides[1], 2, 3, data, ByteOrder.BIG_ENDIAN)
              .with(274, orientation)
              .file();
      var policies = new ArrayList<>(List.of(ResizePolicy.SQUASH, ResizePolicy.PAD));
      if (sides[0] % 2 == sides[1] % 2) {
        policies.add(ResizePolicy.CROP);
      }
      for (ResizePolicy policy : policies) {
        assertClose(
            reader.read(file, ImageShape.CIFAR, policy),
            expected(source.upright(orientation), policy, 32),
            policy + " " + orientation);
      }
    }
  }
}
