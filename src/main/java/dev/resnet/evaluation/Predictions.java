package dev.resnet.evaluation;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * What was predicted for each image of a split, in its order. In a file: a head of 12 bytes, then 8
 * bytes for each image (true class, predicted class, confidence), big endian.
 *
 * @param truth class indices of the version, below 65,536
 * @param predicted the most probable class of each image
 * @param confidence its probability
 */
record Predictions(int[] truth, int[] predicted, float[] confidence) {
  private static final int MAGIC = 0x52_4e_45_56; // RNEV
  private static final int FORMAT = 1;
  private static final int HEAD = 3 * Integer.BYTES;
  private static final int RECORD = 2 * Short.BYTES + Float.BYTES;

  static Predictions ofImages(int count) {
    return new Predictions(new int[count], new int[count], new float[count]);
  }

  int count() {
    return truth.length;
  }

  boolean right(int image) {
    return truth[image] == predicted[image];
  }

  void writeTo(OutputStream out) throws IOException {
    var data = new DataOutputStream(out);
    data.writeInt(MAGIC);
    data.writeInt(FORMAT);
    data.writeInt(count());
    for (int i = 0; i < count(); i++) {
      data.writeShort(truth[i]);
      data.writeShort(predicted[i]);
      data.writeFloat(confidence[i]);
    }
    data.flush();
  }

  /**
   * @throws IOException if it is no such file
   */
  static Predictions of(byte[] file) throws IOException {
    var bytes = ByteBuffer.wrap(file);
    if (file.length < HEAD
        || bytes.getInt() != MAGIC
        || bytes.getInt() != FORMAT
        || file.length - HEAD != (long) RECORD * bytes.getInt()) {
      throw new IOException("not a file of predictions of format " + FORMAT);
    }
    Predictions read = ofImages((file.length - HEAD) / RECORD);
    for (int i = 0; i < read.count(); i++) {
      read.truth[i] = Short.toUnsignedInt(bytes.getShort());
      read.predicted[i] = Short.toUnsignedInt(bytes.getShort());
      read.confidence[i] = bytes.getFloat();
    }
    return read;
  }
}
