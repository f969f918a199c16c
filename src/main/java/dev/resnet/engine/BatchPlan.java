package dev.resnet.engine;

/**
 * The images of a batch, with the crop, flip and cutout of each: the same for whoever makes the
 * batch, on the host or on a device.
 *
 * @param images indices into the image set, in batch order
 * @param rows shift of each crop in [-padding, +padding]: pixel (y, x) comes from row y + shift;
 *     what lies outside the image is zero, after the normalisation
 * @param columns the same for columns, applied before the flip
 * @param flips whether each image is mirrored
 * @param cutout side of the square that is set to zero last; 0 for none
 * @param cutRows first row of each square, which may lie outside the image
 * @param cutColumns first column of each square
 */
public record BatchPlan(
    int[] images,
    int[] rows,
    int[] columns,
    boolean[] flips,
    int cutout,
    int[] cutRows,
    int[] cutColumns) {

  public int size() {
    return images.length;
  }
}
