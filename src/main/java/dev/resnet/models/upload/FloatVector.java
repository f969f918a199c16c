package dev.resnet.models.upload;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * A vector of floats in the format of {@code Nd4j.write}: two buffers, of which the first describes
 * the shape as longs and the second holds the values. Each buffer is a name for the kind of its
 * storage, its length and the name of its type; all numbers are big-endian.
 */
final class FloatVector {
  /** The kinds of storage whose length has 64 bits; no other has been written since 2017. */
  private static final Set<String> STORAGE = Set.of("MIXED_DATA_TYPES", "LONG_SHAPE");

  /** Rank, a size and a stride for each dimension, then flags, element stride and order. */
  private static final int BESIDE_DIMENSIONS = 4;

  private static final int CHUNK = 1 << 14;

  private FloatVector() {}

  /**
   * Reads all but the values.
   *
   * @return how many there are
   * @throws RefusedNetworkException if it is anything but a vector of floats
   */
  static long header(DataInputStream in) throws IOException {
    long shaped = buffer(in, "LONG");
    require(shaped == BESIDE_DIMENSIONS + 2 || shaped == BESIDE_DIMENSIONS + 4);
    long rank = in.readLong();
    require(shaped == BESIDE_DIMENSIONS + 2 * rank);
    long length = 1;
    for (int i = 0; i < rank; i++) {
      long size = in.readLong();
      require(size >= 1 && (i == rank - 1 || size == 1));
      length = size;
    }
    for (int i = 0; i < rank; i++) {
      long stride = in.readLong();
      require(i < rank - 1 || stride == 1 || length == 1);
    }
    in.readLong(); // flags, which repeat the type
    require(in.readLong() == 1);
    long order = in.readLong(); // the same for a vector
    require(order == 'c' || order == 'f');
    require(buffer(in, "FLOAT") == length);
    return length;
  }

  /** Reads the values after {@link #header}. */
  static void values(DataInputStream in, FloatBuffer to) throws IOException {
    byte[] bytes = new byte[CHUNK * Float.BYTES];
    while (to.hasRemaining()) {
      int count = Math.min(CHUNK, to.remaining());
      in.readFully(bytes, 0, count * Float.BYTES);
      to.put(ByteBuffer.wrap(bytes, 0, count * Float.BYTES).asFloatBuffer());
    }
  }

  /** The length of a buffer, from its header. */
  private static long buffer(DataInputStream in, String type) throws IOException {
    require(STORAGE.contains(word(in)));
    long length = in.readLong();
    require(word(in).equals(type));
    return length;
  }

  private static String word(DataInputStream in) throws IOException {
    int length = in.readUnsignedShort();
    require(length <= 32);
    byte[] word = new byte[length];
    in.readFully(word);
    return new String(word, StandardCharsets.ISO_8859_1);
  }

  private static void require(boolean right) {
    if (!right) {
      throw new RefusedNetworkException(
          "The entry coefficients.bin is not a vector of 32-bit floats as ND4J writes it.");
    }
  }
}
