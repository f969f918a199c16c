package dev.resnet.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** GIFs made by hand: 128 grey values, index i is 2·i. */
class GifReadingTests {
  private static final int WHITE = 255;

  private final PictureReader reader = Limits.reader(1 << 20, 1 << 20, DataSize.ofMegabytes(8));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private GifReadingTests screen(int width, int height) {
    out.writeBytes("GIF89a".getBytes(StandardCharsets.US_ASCII));
    words(width, height);
    bytes(0x80 | 6, 0, 0);
    for (int i = 0; i < 128; i++) {
      bytes(2 * i, 2 * i, 2 * i);
    }
    return this;
  }

  private GifReadingTests bytes(int... values) {
    for (int value : values) {
      out.write(value);
    }
    return this;
  }

  private void words(int... values) {
    for (int value : values) {
      bytes(value & 0xff, value >> 8);
    }
  }

  /** A frame of one index. Codes of 8 bits stay so if the table is cleared often. */
  private GifReadingTests frame(int left, int top, int width, int height, int index) {
    bytes(0x2c);
    words(left, top, width, height);
    bytes(0, 7);
    for (int pixels = width * height; pixels > 0; pixels -= 100) {
      int now = Math.min(100, pixels);
      bytes(now + 1, 0x80);
      for (int i = 0; i < now; i++) {
        bytes(index);
      }
    }
    return bytes(1, 0x81, 0);
  }

  private Picture read() throws UnreadablePictureException {
    return reader.read(out.toByteArray(), ImageShape.CIFAR, null);
  }

  private static int at(Picture picture, int x, int y) {
    return picture.pixels()[3 * (32 * y + x)] & 0xff;
  }

  @Test
  void aFrameSmallerThanTheScreenLiesOnWhite() throws Exception {
    Picture picture = screen(32, 32).frame(4, 6, 10, 8, 50).bytes(0x3b).read();

    assertThat(at(picture, 4, 6)).isEqualTo(100);
    assertThat(at(picture, 13, 13)).isEqualTo(100);
    for (int[] outside : new int[][] {{3, 6}, {4, 5}, {14, 13}, {13, 14}}) {
      assertThat(at(picture, outside[0], outside[1])).isEqualTo(WHITE);
    }
  }

  @Test
  void aFrameLargerThanTheScreenEnlargesIt() throws Exception {
    assertThat(screen(1, 0).frame(0, 0, 32, 32, 9).read().pixels()).containsOnly(18);
  }

  @Test
  void theLimitAppliesToScreenAndFrame() {
    screen(65_535, 65_535).frame(0, 0, 1, 1, 9);
    assertThatThrownBy(this::read).hasMessageContaining("65535×65535");
    out.reset();
    screen(1, 1).frame(65_535, 65_535, 1, 1, 9);
    assertThatThrownBy(this::read).hasMessageContaining("65536×65536");
  }

  @Test
  void aTransparentColourIsWhite() throws Exception {
    screen(32, 32).bytes(0x21, 0xf9, 4, 1, 0, 0, 50, 0);
    assertThat(frame(0, 0, 32, 32, 50).read().pixels()).containsOnly(WHITE);
  }

  @Test
  void theFirstFrameOfATruncatedAnimationIsRead() throws Exception {
    screen(32, 32).frame(0, 0, 32, 32, 9).bytes(0x2c, 0, 0);
    assertThat(read().pixels()).containsOnly(18);
  }

  @Test
  void framesWithoutPixelsOrPaletteAreRefused() {
    screen(32, 32).bytes(0x3b);
    assertThatThrownBy(this::read).hasMessageContaining("no frame");
    out.reset();
    screen(32, 32).frame(0, 0, 0, 32, 9);
    assertThatThrownBy(this::read).hasMessageContaining("empty");
    out.reset();
    screen(32, 32).bytes(0x2c);
    words(0, 0, 32, 32);
    bytes(0, 7, 2, 0x80, 0x81, 0);
    assertThatThrownBy(this::read).hasMessageContaining("fewer pixels");
    byte[] bare = out.toByteArray();
    bare[10] = 0;
    assertThatThrownBy(() -> reader.read(bare, ImageShape.CIFAR, null))
        .isInstanceOf(UnreadablePictureException.class);
  }

  @Test
  void aLongCommentIsSkipped() throws Exception {
    screen(32, 32).bytes(0x21, 0xfe);
    byte[] block = new byte[256];
    block[0] = (byte) 255;
    for (int i = 0; i < 40_000; i++) {
      out.writeBytes(block);
    }
    bytes(0).frame(0, 0, 32, 32, 9);
    byte[] file = out.toByteArray();
    reader.read(file, ImageShape.CIFAR, null); // Once, to load the classes.
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();

    long before = threads.getThreadAllocatedBytes(thread);
    assertThat(reader.read(file, ImageShape.CIFAR, null).pixels()).containsOnly(18);
    assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(200_000);
  }
}
