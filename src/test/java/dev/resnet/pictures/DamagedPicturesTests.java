package dev.resnet.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** Damaged files of every format give an image or a message, with bounded time and memory. */
@Timeout(60)
class DamagedPicturesTests {
  private static final int FLIPS = 2_000;
  private static final int CUTS = 50;

  /** Garbage included. The images and the headers that lie may have 65,536 pixels. */
  private static final long MAX_ALLOCATED = 48 << 20;

  private final PictureReader reader = Limits.reader(1 << 16, 1 << 16, DataSize.ofMegabytes(4));
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static byte[] open(String name) throws Exception {
    try (var in = DamagedPicturesTests.class.getResourceAsStream("/pictures/" + name)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "png_6_8.png png_3_4_interlaced_trns.png",
        "base.jpg cmyk.jpg",
        "gif_plain.gif gif_interlaced.gif gif_animated.gif",
        "bmp_rgba.bmp bmp_palette.bmp bmp_bits.bmp",
        "tiff_rgb_lzw.tif tiff_rgba_deflate.tif tiff_palette_packbits.tif tiff_differences_lzw.tif",
        "webp_rgba_6.webp webp_palette_0.webp large_groups.webp webp_offset.webp",
        "lossy_50.webp lossy_alpha_best_1.webp"
      })
  void aDamagedFileGivesAnImageOrAMessage(String names) throws Exception {
    var random = new Random(names.hashCode());
    List<String> files = List.of(names.split(" "));
    for (String name : files) {
      byte[] file = open(name);
      for (int i = 0; i < CUTS; i++) {
        read(Arrays.copyOf(file, file.length * i / CUTS), name);
      }
      for (int i = 0; i < FLIPS / files.size(); i++) {
        byte[] damaged = file.clone();
        // Half of the damage where the headers are.
        int range = i % 2 == 0 ? Math.min(file.length, 200) : file.length;
        damaged[random.nextInt(range)] = (byte) random.nextInt(256);
        read(damaged, name);
      }
    }
  }

  private void read(byte[] file, String name) {
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    try {
      assertThat(reader.read(file, ImageShape.CIFAR, ResizePolicy.PAD).pixels()).hasSize(3072);
    } catch (UnreadablePictureException e) {
      assertThat(e).hasMessageMatching("(is|has|takes) .*");
    }
    assertThat(threads.getThreadAllocatedBytes(thread) - before).as(name).isLessThan(MAX_ALLOCATED);
  }
}
