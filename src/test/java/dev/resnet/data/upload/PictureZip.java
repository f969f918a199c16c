package dev.resnet.data.upload;

import dev.resnet.pictures.Png;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Small archives of plain pictures. */
public final class PictureZip {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8);

  /** This many pictures of each class; the seed changes their colours. */
  public static byte[] of(int each, int seed, String... classes) {
    var zip = new PictureZip();
    for (String name : classes) {
      for (int i = 0; i < each; i++) {
        zip.with("%s/%d.png".formatted(name, i), picture(name + i + "/" + seed));
      }
    }
    return zip.bytes();
  }

  /** A PNG file of 32×32 in a colour that follows from a text. */
  public static byte[] picture(String text) {
    int hash = Arrays.hashCode(text.getBytes(StandardCharsets.UTF_8)) * 0x9e3779b1;
    return Png.plain(32, 32, hash >>> 24, hash >>> 16 & 0xff, hash >>> 8 & 0xff);
  }

  public PictureZip with(String path, byte[] content) {
    try {
      zip.putNextEntry(new ZipEntry(path));
      zip.write(content);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  public byte[] bytes() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
