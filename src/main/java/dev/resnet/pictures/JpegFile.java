package dev.resnet.pictures;

/**
 * The markers of a JPEG file (ITU-T T.81, annex B).
 *
 * @param components components per pixel: 1 grey, 3 colour, 4 CMYK
 * @param coefficients bytes of coefficients that a decoder holds until the last scan, if several
 *     scans make up the image; 0 for a single scan
 * @param orientation Exif orientation, 1 to 8; 1 if there is none
 * @param scans passes over the image; 1 in a baseline file, about 10 in a progressive one
 * @param ycck whether the first three of four components are luma and chroma of the inks
 * @param essence the reduced file for the decoder
 * @param bandBytes how much of the image may be decoded at once
 */
record JpegFile(
    int width,
    int height,
    int components,
    long coefficients,
    int orientation,
    int scans,
    boolean ycck,
    JpegEssence essence,
    long bandBytes)
    implements PictureFile {
  static final int START_OF_SCAN = 0xda;
  static final int END_OF_IMAGE = 0xd9;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COMMENT = 0xfe;

  /** Bytes per coefficient in the decoder. */
  private static final int COEFFICIENT = 2;

  /**
   * Real files have at most a few hundred, since profiles and previews are split into parts of 64
   * kB.
   */
  private static final int MAX_MARKERS = 10_000;

  /** Each scan of a progressive file costs a pass over the image; real files have about 10. */
  private static final int MAX_SCANS = 100;

  static JpegFile of(byte[] file, long bandBytes) throws UnreadablePictureException {
    return new Reading(file).read(bandBytes);
  }

  @Override
  public long memory(Region region) {
    return JpegRows.memory(this, region);
  }

  @Override
  public RegionRows rows(Region region) {
    return new JpegRows(this, region);
  }

  /** Reads the markers one after the other. */
  private static final class Reading {
    private final byte[] file;
    private final JpegEssence.Builder essence;
    private int width;
    private int height;
    private int components;
    private long coefficients;
    private boolean progressive;
    private boolean rgb;

    /** The first scan lacks a component, so a decoder needs further scans. */
    private boolean partial;

    private int orientation = 1;
    private int scans;
    private int firstScan;
    private boolean complete;

    Reading(byte[] file) {
      this.file = file;
      this.essence = new JpegEssence.Builder(file);
    }

    JpegFile read(long bandBytes) throws UnreadablePictureException {
      int at = 2;
      int markers = 0;
      while (!complete && (at = marker(at)) >= 0) {
        int marker = file[at + 1] & 0xff;
        if (marker == END_OF_IMAGE) {
          complete = true;
          break;
        }
        if (at + 4 > file.length) {
          break;
        }
        int end = at + 2 + ((file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff);
        if (end < at + 4 || end > file.length) {
          break;
        }
        if (++markers > MAX_MARKERS) {
          throw new UnreadablePictureException(
              "is a JPEG with more than %d markers; save it again as a baseline JPEG"
                  .formatted(MAX_MARKERS));
        }
        segment(marker, at, end);
        at = end;
      }
      if (components == 0 || firstScan == 0 || !complete) {
        throw new UnreadablePictureException("is a truncated JPEG; send the complete file");
      }
      if (scans > MAX_SCANS) {
        throw new UnreadablePictureException(
            "is a JPEG with %d scans; save it as a baseline JPEG".formatted(scans));
      }
      return new JpegFile(
          width,
          height,
          components,
          progressive || partial || scans > 1 ? coefficients : 0,
          orientation,
          scans,
          components == 4 && essence.ycck(),
          essence.build(components, rgb, firstScan),
          bandBytes);
    }

    /**
     * Offset of the next marker with a length, or of the end of the image. In compressed data 0xff
     * is followed by 0 or a restart marker. Elsewhere bytes before a marker are skipped, as every
     * decoder does.
     *
     * @return -1 if there is none
     */
    private int marker(int from) {
      for (int i = from; i + 1 < file.length; i++) {
        int next = file[i + 1] & 0xff;
        boolean alone = next <= 1 || next >= 0xd0 && next <= 0xd8;
        if (file[i] == (byte) 0xff && next != 0xff && !alone) {
          return i;
        }
      }
      return -1;
    }

    private void segment(int marker, int at, int end) {
      if (marker == START_OF_SCAN) {
        scans++;
        if (firstScan == 0) {
          firstScan = at;
          partial = end > at + 4 && (file[at + 4] & 0xff) < components;
        }
      } else if (firstScan > 0) {
        return; // Tables between scans stay where they are.
      } else if (marker >= APP0 && marker <= APP15) {
        application(marker, at + 4, end);
      } else if (marker != COMMENT) {
        essence.keep(at, end);
        if (isFrame(marker) && end - at >= 10) {
          frame(marker, at, end);
        }
      }
    }

    /** SOF0 to SOF15, except DHT, JPG and DAC in between. */
    private static boolean isFrame(int marker) {
      return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private void frame(int marker, int at, int end) {
      progressive = (marker & 3) == 2;
      height = (file[at + 5] & 0xff) << 8 | file[at + 6] & 0xff;
      width = (file[at + 7] & 0xff) << 8 | file[at + 8] & 0xff;
      components = file[at + 9] & 0xff;
      rgb = end - at >= 19 && file[at + 10] == 'R' && file[at + 13] == 'G' && file[at + 16] == 'B';
      int highest = 1;
      int widest = 1;
      int blocks = 0;
      for (int i = at + 11; i < end && i < at + 10 + 3 * components; i += 3) {
        int across = file[i] >> 4 & 15;
        int down = file[i] & 15;
        widest = Math.max(widest, across);
        highest = Math.max(highest, down);
        blocks += across * down;
      }
      long columns = (width + 8L * widest - 1) / (8L * widest);
      long rows = (height + 8L * highest - 1) / (8L * highest);
      coefficients = columns * rows * blocks * 64 * COEFFICIENT;
    }

    private void application(int marker, int from, int end) {
      if (marker == APP0) {
        essence.jfif(from, end);
      } else if (marker == APP14) {
        essence.adobe(from, end);
      } else if (marker == APP1 && Exif.hasPrefix(file, from, end)) {
        essence.exif();
        if (orientation == 1) {
          orientation = Exif.orientation(file, from, end);
        }
      }
    }
  }
}
