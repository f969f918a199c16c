package dev.resnet.pictures;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** PNG files made by hand, so that the reader is not tested with its own library. */
public final class Png {
  public static final int GREY = 0;
  public static final int RGB = 2;
  public static final int PALETTE = 3;
  public static final int GREY_ALPHA = 4;
  public static final int RGBA = 6;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Png(int width, int height, int bits, int colors, int interlaced) {
    out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put((byte) bits)
            .put((byte) colors)
            .put(12, (byte) interlaced)
            .array();
    chunk("IHDR", header);
  }

  public static Png of(int width, int height, int bits, int colors) {
    return new Png(width, height, bits, colors, 0);
  }

  /** A black interlaced RGB image; each side must be at least 5, so that no pass is empty. */
  public static byte[] interlaced(int width, int height) {
    long rows = 0;
    int[][] passes = {{8, 8}, {8, 8}, {4, 8}, {4, 4}, {2, 4}, {2, 2}, {1, 2}};
    int[][] first = {{0, 0}, {4, 0}, {0, 4}, {2, 0}, {0, 2}, {1, 0}, {0, 1}};
    for (int i = 0; i < 7; i++) {
      int columns = (width - first[i][0] + passes[i][0] - 1) / passes[i][0];
      int lines = (height - first[i][1] + passes[i][1] - 1) / passes[i][1];
      rows += lines * (1L + 3L * columns);
    }
    return new Png(width, height, 8, RGB, 1).zeros(rows);
  }

  public Png chunk(String type, byte... data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    return this;
  }

  /** The rows, {@code rowBytes} each, without their filter bytes; then the end. */
  public byte[] rows(byte[] rows, int rowBytes) {
    return data(
        zip -> {
          for (int from = 0; from < rows.length; from += rowBytes) {
            zip.write(0);
            zip.write(rows, from, rowBytes);
          }
        });
  }

  /** The rows with their filter bytes; then the end. */
  public byte[] filtered(byte[] rows) {
    return data(zip -> zip.write(rows));
  }

  /** This many zero bytes, including filter bytes; then the end. */
  public byte[] zeros(long count) {
    return data(
        zip -> {
          byte[] zeros = new byte[1 << 16];
          for (long left = count; left > 0; left -= zeros.length) {
            zip.write(zeros, 0, (int) Math.min(left, zeros.length));
          }
        });
  }

  @FunctionalInterface
  private interface Data {
    void writeTo(OutputStream zip) throws IOException;
  }

  private byte[] data(Data data) {
    var compressed = new ByteArrayOutputStream();
    try (var zip = new DeflaterOutputStream(compressed, new Deflater(Deflater.BEST_COMPRESSION))) {
      data.writeTo(zip);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return chunk("IDAT", compressed.toByteArray()).chunk("IEND").out.toByteArray();
  }

  /** Pixels [size, size, 3] as planes [3, size, size]. */
  static byte[] planes(byte[] pixels) {
    byte[] planes = new byte[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      planes[i % 3 * (pixels.length / 3) + i / 3] = pixels[i];
    }
    return planes;
  }

  /** A CIFAR-10 image, planes [3, 32, 32], as an 8-bit RGB file. */
  public static byte[] ofPlanes(byte[] planes) {
    byte[] rows = new byte[planes.length];
    for (int i = 0; i < 1024; i++) {
      for (int c = 0; c < 3; c++) {
        rows[3 * i + c] = planes[1024 * c + i];
      }
    }
    return of(32, 32, 8, RGB).rows(rows, 96);
  }

  /** An image of one colour. */
  public static byte[] plain(int width, int height, int red, int green, int blue) {
    byte[] rows = new byte[width * height * 3];
    for (int i = 0; i < rows.length; i += 3) {
      rows[i] = (byte) red;
      rows[i + 1] = (byte) green;
      rows[i + 2] = (byte) blue;
    }
    return of(width, height, 8, RGB).rows(rows, width * 3);
  }
}
