package dev.resnet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class HalfBlocksTests {

  @Test
  void oneCharacterShowsTwoPixelsInTheNearestColours() throws IOException {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xff0000);
    image.setRGB(0, 1, 0x000000);
    image.setRGB(1, 0, 0xffffff);
    image.setRGB(1, 1, 0x5f87af); // exactly levels 1, 2 and 3
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);

    assertThat(HalfBlocks.lines(png.toByteArray()))
        .containsExactly(
            "\u001b[38;5;196m\u001b[48;5;16m▀\u001b[38;5;231m\u001b[48;5;67m▀\u001b[0m");
  }

  @Test
  void aFileThatIsNotAPngIsReported() {
    assertThatExceptionOfType(DemoFailedException.class)
        .isThrownBy(() -> HalfBlocks.lines(new byte[] {1, 2, 3}))
        .withMessageContaining("not a PNG");
  }
}
