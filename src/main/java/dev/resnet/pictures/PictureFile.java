package dev.resnet.pictures;

/**
 * An image file whose header has been read and checked. Nothing in proportion to the image has been
 * allocated.
 */
interface PictureFile {

  /** In pixels, before the image is turned upright. */
  int width();

  int height();

  /** Exif orientation, 1 to 8; 1 if there is none. */
  int orientation();

  /** Most bytes that decoding the region takes, without the file itself. */
  long memory(Region region);

  /** Decodes the region. Close the rows. */
  RegionRows rows(Region region) throws UnreadablePictureException;
}
