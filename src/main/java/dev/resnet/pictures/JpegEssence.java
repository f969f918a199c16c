package dev.resnet.pictures;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A JPEG file reduced to what its pixels depend on, without colour profiles, previews and comments.
 * The Java image library rejects files with an incomplete profile or with contradictory JFIF and
 * Adobe markers. One of these markers is kept to define the colour space. As in libjpeg, JFIF takes
 * precedence over Adobe.
 *
 * <p>The file is not copied; this is a list of its parts.
 */
final class JpegEssence {
  private static final byte[] START = {(byte) 0xff, (byte) 0xd8};
  private static final byte[] JFIF = {
    (byte) 0xff, (byte) 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };
  private static final byte[] EXIF = {(byte) 0xff, (byte) 0xe1, 0, 8, 'E', 'x', 'i', 'f', 0, 0};
  private static final int YCC = 1;
  private static final int CMYK = 4;

  private final List<Piece> pieces;
  private final long length;

  private record Piece(byte[] bytes, int from, int end, long at) {}

  private JpegEssence(List<Piece> pieces) {
    this.pieces = pieces;
    Piece last = pieces.get(pieces.size() - 1);
    this.length = last.at() + last.end() - last.from();
  }

  /** Collects the markers before the first scan. */
  static final class Builder {
    private final byte[] file;
    private final List<int[]> kept = new ArrayList<>();
    private boolean jfif;
    private boolean exif;
    private int adobe = -1;

    Builder(byte[] file) {
      this.file = file;
    }

    /** Keeps a table or the frame: {@code file[from, end)}. */
    void keep(int from, int end) {
      int[] last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
      if (last != null && last[1] == from) {
        last[1] = end;
      } else {
        kept.add(new int[] {from, end});
      }
    }

    /** The content of an APP0 segment; required lengths as in libjpeg. */
    void jfif(int from, int end) {
      jfif |= end - from >= 14 && begins(from, "JFIF\0");
    }

    /** The content of an APP14 segment. */
    void adobe(int from, int end) {
      if (end - from >= 12 && begins(from, "Adobe")) {
        adobe = file[from + 11] & 0xff;
      }
    }

    /** Whether a file of four components stores luma and chroma of the inks, as in libjpeg. */
    boolean ycck() {
      return adobe > 0;
    }

    void exif() {
      exif = true;
    }

    private boolean begins(int from, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      return Arrays.equals(file, from, from + bytes.length, bytes, 0, bytes.length);
    }

    /**
     * @param components per pixel
     * @param rgb whether the frame names its components R, G and B
     * @param scans offset of the first scan; from there on the file is unchanged
     */
    JpegEssence build(int components, boolean rgb, int scans) {
      var pieces = new ArrayList<Piece>();
      append(pieces, START, 0, START.length);
      byte[] colors = colors(components, rgb);
      append(pieces, colors, 0, colors.length);
      for (int[] range : kept) {
        append(pieces, file, range[0], range[1]);
      }
      append(pieces, file, scans, file.length);
      return new JpegEssence(pieces);
    }

    private byte[] colors(int components, boolean rgb) {
      if (components == CMYK) {
        // The decoder must not convert: of the two kinds it knows only one.
        return adobe(0);
      }
      if (jfif) {
        return JFIF;
      }
      if (adobe >= 0 && components == 3) {
        // With three components, any transform other than 0 means YCbCr.
        return adobe(adobe == 0 ? 0 : YCC);
      }
      if (exif) {
        return EXIF;
      }
      // Without a marker, the Java image library assumes RGB if no component is subsampled. libjpeg
      // assumes it only if the components are named R, G and B.
      return components == 3 && !rgb ? adobe(YCC) : new byte[0];
    }

    private static byte[] adobe(int transform) {
      return new byte[] {
        (byte) 0xff,
        (byte) 0xee,
        0,
        14,
        'A',
        'd',
        'o',
        'b',
        'e',
        0,
        100,
        0,
        0,
        0,
        0,
        (byte) transform
      };
    }

    private static void append(List<Piece> pieces, byte[] bytes, int from, int end) {
      Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
      long at = last == null ? 0 : last.at() + last.end() - last.from();
      if (end > from) {
        pieces.add(new Piece(bytes, from, end, at));
      }
    }
  }

  /** The parts, one after the other. */
  ImageInputStreamImpl open() {
    return new ImageInputStreamImpl() {
      private int piece;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int offset, int count) {
        bitOffset = 0;
        if (streamPos >= length) {
          return -1;
        }
        while (streamPos < pieces.get(piece).at()) {
          piece--;
        }
        while (streamPos >= end(pieces.get(piece))) {
          piece++;
        }
        Piece from = pieces.get(piece);
        int read = (int) Math.min(count, end(from) - streamPos);
        int at = from.from() + (int) (streamPos - from.at());
        System.arraycopy(from.bytes(), at, to, offset, read);
        streamPos += read;
        return read;
      }

      @Override
      public long length() {
        return length;
      }

      private static long end(Piece piece) {
        return piece.at() + piece.end() - piece.from();
      }
    };
  }
}
