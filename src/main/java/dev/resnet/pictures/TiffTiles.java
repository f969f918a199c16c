package dev.resnet.pictures;

/**
 * The pieces of a TIFF image: tiles or, as wide as the image, strips.
 *
 * @param width of a piece in pixels
 * @param height of a piece in pixels; the last strip may be lower
 * @param across pieces in a row
 * @param down rows of pieces
 * @param planes 1, or one for each sample if the samples of a pixel are stored apart
 * @param offsets tag of where the pieces begin
 * @param lengths tag of how many bytes they have
 */
record TiffTiles(
    int width, int height, int across, int down, int planes, int offsets, int lengths) {
  private static final int STRIP_OFFSETS = 273;
  private static final int STRIP_LENGTHS = 279;
  private static final int STRIP_HEIGHT = 278;
  private static final int PLANES = 284;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_LENGTHS = 325;

  /** Pixels of tiles beyond the edges of a small image. */
  private static final long MARGIN = 1 << 22;

  static TiffTiles of(TiffTags tags, int width, int height, TiffSamples samples)
      throws UnreadablePictureException {
    boolean tiled = tags.count(TILE_OFFSETS) > 0;
    long tileWidth = tiled ? tags.first(TILE_WIDTH, 0) : width;
    long tileHeight = tiled ? tags.first(TILE_HEIGHT, 0) : tags.first(STRIP_HEIGHT, height);
    if (tileWidth == 0 || tileHeight == 0) {
      throw TiffTags.damaged("its tiles or strips have no size");
    }
    long across = (width + tileWidth - 1) / tileWidth;
    long down = (height + tileHeight - 1) / tileHeight;
    if (across > 1 && tileWidth % 8 != 0) {
      throw TiffTags.damaged("the width of its tiles is not a multiple of 8");
    }
    // Only rows of the image are decoded, but each as wide as its tiles.
    if (across * tileWidth > (4L * width * height + MARGIN) / height) {
      throw TiffTags.damaged("its tiles are much larger than the image");
    }
    return new TiffTiles(
        (int) tileWidth,
        (int) Math.min(tileHeight, height),
        (int) across,
        (int) down,
        tags.first(PLANES, 1) == 2 ? samples.used() : 1,
        tiled ? TILE_OFFSETS : STRIP_OFFSETS,
        tiled ? TILE_LENGTHS : STRIP_LENGTHS);
  }

  /**
   * Checks that the pieces lie in the file and don't overlap; else a small file could be
   * decompressed many times.
   */
  void check(TiffTags tags) throws UnreadablePictureException {
    long pieces = (long) across * down * planes;
    if (tags.count(offsets) < pieces || tags.count(lengths) < pieces) {
      throw TiffTags.damaged("some of its tiles or strips are missing");
    }
    long all = 0;
    for (long i = 0; i < pieces; i++) {
      long length = tags.get(lengths, i);
      all += length;
      if (tags.get(offsets, i) + length > tags.file().length) {
        throw TiffTags.truncated();
      }
    }
    if (all > tags.file().length) {
      throw TiffTags.damaged("its tiles or strips overlap");
    }
  }
}
