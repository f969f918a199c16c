package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/** TIFF files made by hand: the pixels after the header, then one directory. */
final class Tiff {
  private final Map<Integer, long[]> tags = new TreeMap<>();
  private final byte[] data;
  private final ByteOrder order;
  private long next;

  /** One strip of unsigned samples of 8 bits. */
  Tiff(int width, int height, int color, int samples, byte[] data, ByteOrder order) {
    this.data = data;
    this.order = order;
    with(256, width).with(257, height).with(262, color).with(277, samples);
    with(258, 8).with(273, 8).with(278, height).with(279, data.length);
  }

  /** Sets the numbers of a tag; no numbers remove it. */
  Tiff with(int tag, long... numbers) {
    if (numbers.length == 0) {
      tags.remove(tag);
    } else {
      tags.put(tag, numbers);
    }
    return this;
  }

  /** The offset of the next directory. */
  Tiff next(long offset) {
    next = offset;
    return this;
  }

  byte[] file() {
    int directory = 8 + (data.length + 1) / 2 * 2;
    int values = directory + 2 + 12 * tags.size() + 4;
    int size = values + tags.values().stream().mapToInt(n -> n.length > 1 ? 4 * n.length : 0).sum();
    var out = ByteBuffer.allocate(size).order(order);
    byte mark = (byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M');
    out.put(mark).put(mark).putShort((short) 42).putInt(directory).put(data);
    out.position(directory);
    out.putShort((short) tags.size());
    for (var tag : tags.entrySet()) {
      long[] numbers = tag.getValue();
      out.putShort((short) (int) tag.getKey()).putShort((short) 4).putInt(numbers.length);
      if (numbers.length == 1) {
        out.putInt((int) numbers[0]);
        continue;
      }
      out.putInt(values);
      for (long number : numbers) {
        out.putInt(values, (int) number);
        values += 4;
      }
    }
    out.putInt((int) next);
    return out.array();
  }
}
