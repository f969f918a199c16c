package dev.resnet.pictures;

/**
 * The first image of a TIFF file: TIFF 6.0 with samples of up to 16 bits, uncompressed or
 * compressed with LZW, Deflate or PackBits.
 *
 * @param tiles how the pixels are cut into pieces
 * @param compression of each piece
 * @param differences whether samples are stored as differences to the pixel on the left
 */
record TiffFile(
    TiffTags tags,
    int width,
    int height,
    TiffSamples samples,
    TiffTiles tiles,
    int compression,
    boolean differences,
    int orientation)
    implements PictureFile {
  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int COMPRESSION = 259;
  private static final int FILL_ORDER = 266;
  private static final int ORIENTATION = 274;
  private static final int PREDICTOR = 317;

  private static final int DIFFERENCES = 2;

  static TiffFile of(byte[] file) throws UnreadablePictureException {
    var tags = new TiffTags(file);
    long width = tags.first(WIDTH, 0);
    long height = tags.first(HEIGHT, 0);
    if (width == 0 || height == 0) {
      throw new UnreadablePictureException("has no size in its header; save it again");
    }
    if (width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw TiffTags.damaged("its size is impossible");
    }
    int compression = (int) tags.first(COMPRESSION, TiffData.PLAIN);
    if (!TiffData.isKnown(compression) || tags.first(FILL_ORDER, 1) != 1) {
      throw unsupported("compression " + compression);
    }
    TiffSamples samples = TiffSamples.of(tags);
    long predictor = tags.first(PREDICTOR, 1);
    if (predictor > DIFFERENCES || predictor == DIFFERENCES && samples.bits() < 8) {
      throw unsupported("predictor " + predictor);
    }
    long orientation = tags.first(ORIENTATION, 1);
    return new TiffFile(
        tags,
        (int) width,
        (int) height,
        samples,
        TiffTiles.of(tags, (int) width, (int) height, samples),
        compression,
        predictor == DIFFERENCES,
        orientation >= 1 && orientation <= 8 ? (int) orientation : 1);
  }

  @Override
  public long memory(Region region) {
    return TiffRows.memory(this);
  }

  @Override
  public RegionRows rows(Region region) throws UnreadablePictureException {
    return new TiffRows(this, region);
  }

  static UnreadablePictureException unsupported(String what) {
    return new UnreadablePictureException(
        "is a TIFF of an unsupported kind (%s); save it as a PNG".formatted(what));
  }
}
