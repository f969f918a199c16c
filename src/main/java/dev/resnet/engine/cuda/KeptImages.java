package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.ResidentImages;
import dev.resnet.pictures.ImageShape;

/** Images, labels and the table of normalised values on the device. */
final class KeptImages implements ResidentImages {
  private final DeviceContext context;
  private final ImageShape shape;
  private final int count;
  private final DeviceMemory pixels;
  private final DeviceMemory labels;
  private final DeviceMemory table;
  private final Owned owned = new Owned();

  /**
   * Copies them.
   *
   * @param pixels unsigned bytes [count, size, size, 3]
   * @param table [3][256]
   */
  KeptImages(
      DeviceContext context, ImageShape shape, byte[] pixels, short[] labels, float[][] table) {
    this.context = context;
    this.shape = shape;
    this.count = labels.length;
    float[] values = new float[table.length * table[0].length];
    for (int c = 0; c < table.length; c++) {
      System.arraycopy(table[c], 0, values, c * table[c].length, table[c].length);
    }
    try {
      this.pixels = owned.add(new DeviceMemory(pixels.length));
      this.labels = owned.add(new DeviceMemory((long) count * Short.BYTES));
      this.table = owned.add(new DeviceMemory((long) values.length * Float.BYTES));
      this.pixels.upload(0, pixels);
      this.labels.upload(0, labels);
      this.table.upload(0, values);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  ImageShape shape() {
    return shape;
  }

  @Override
  public int count() {
    return count;
  }

  /** The address of the pixels; the following are addresses, too. */
  long pixels() {
    return pixels.at(0);
  }

  long labels() {
    return labels.at(0);
  }

  long table() {
    return table.at(0);
  }

  /** Also where the GPU is lost. */
  @Override
  public void close() {
    try {
      context.makeCurrent();
      context.synchronize(); // nothing may be freed that a kernel still reads
    } catch (CudaException e) {
      // The step that failed has said so.
    }
    owned.close();
  }
}
