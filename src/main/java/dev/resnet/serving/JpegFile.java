package dev.resnet.serving;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a JPEG file says before its pixels: the markers up to the first scan (ITU-T T.81, annex B).
 *
 * @param components colours of a pixel: 1 grey, 3 colour, 4 CMYK; 0 where the file does not say
 * @param orientation of the Exif block, 1 to 8; 1 where there is none
 * @param scans passes over the picture; 1 in a baseline file, about 10 in a progressive one
 * @param complete whether the end marker follows the scans
 */
record JpegFile(int components, int orientation, int scans, boolean complete) {
  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int APP1 = 0xe1;
  private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
  private static final int ORIENTATION_TAG = 0x0112;

  static JpegFile of(byte[] file) {
    int components = 0;
    int orientation = 1;
    int at = 2;
    while (at + 4 <= file.length && (file[at] & 0xff) == 0xff) {
      int marker = file[at + 1] & 0xff;
      if (marker == 0xff) {
        at++; // Any number of fill bytes may stand before a marker.
        continue;
      }
      if (marker == START_OF_SCAN) {
        break;
      }
      int length = (file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff;
      int end = at + 2 + length;
      if (length < 2 || end > file.length) {
        break;
      }
      if (isFrame(marker) && length >= 8) {
        components = file[at + 9] & 0xff;
      } else if (marker == APP1 && orientation == 1) {
        orientation = orientation(file, at + 4, end);
      }
      at = end;
    }
    boolean complete = count(END_OF_IMAGE, file, at) > 0;
    return new JpegFile(components, orientation, count(START_OF_SCAN, file, at), complete);
  }

  /** SOF0 to SOF15; DHT, JPG and DAC lie between them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  /** In compressed data 0xff is followed by 0 or a restart marker: no other marker is found. */
  private static int count(int marker, byte[] file, int from) {
    int count = 0;
    for (int i = from; i + 1 < file.length; i++) {
      if (file[i] == (byte) 0xff && file[i + 1] == (byte) marker) {
        count++;
      }
    }
    return count;
  }

  /** Of the first directory of the Exif block (a TIFF file) in {@code file[from, end)}. */
  private static int orientation(byte[] file, int from, int end) {
    int tiff = from + EXIF.length;
    if (end - tiff < 8 || !Arrays.equals(file, from, tiff, EXIF, 0, EXIF.length)) {
      return 1;
    }
    var in = ByteBuffer.wrap(file, tiff, end - tiff).slice();
    in.order(in.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = in.getInt(4);
    if (directory < 8 || directory > in.limit() - 2) {
      return 1;
    }
    int entries = in.getShort(directory) & 0xffff;
    for (int i = 0, at = directory + 2; i < entries && at + 12 <= in.limit(); i++, at += 12) {
      if ((in.getShort(at) & 0xffff) == ORIENTATION_TAG) {
        int value = in.getShort(at + 8);
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  }
}
