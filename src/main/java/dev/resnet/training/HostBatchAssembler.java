package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.data.Normalization;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import java.nio.FloatBuffer;

/** One pass over the bytes, straight into the engine's input buffer. */
final class HostBatchAssembler implements BatchAssembler {
  private static final int SIZE = ImageSet.SIZE;
  private static final int CHANNELS = ImageSet.CHANNELS;

  private final ImageSet set;
  private final ImageLayout layout;

  /**
   * The normalised value of each byte, [channel][byte]: cheaper than arithmetic, and the same bits
   * everywhere.
   */
  private final float[][] value = new float[CHANNELS][256];

  private final float[] image = new float[ImageSet.IMAGE];

  HostBatchAssembler(ImageSet set, Normalization normalization, ImageLayout layout) {
    this.set = set;
    this.layout = layout;
    for (int c = 0; c < CHANNELS; c++) {
      for (int v = 0; v < 256; v++) {
        value[c][v] = normalization.normalise(v, c);
      }
    }
  }

  @Override
  public void assemble(BatchPlan plan, Minibatch into) {
    plan.labels(set, into.labels());
    FloatBuffer out = into.images().data().asNioFloat();
    for (int i = 0; i < plan.size(); i++) {
      assembleImage(plan, i);
      out.put(i * ImageSet.IMAGE, image);
    }
  }

  private void assembleImage(BatchPlan plan, int i) {
    int columnStride = layout == ImageLayout.NCHW ? 1 : CHANNELS;
    int rowStride = columnStride * SIZE;
    int planeStride = layout == ImageLayout.NCHW ? ImageSet.PLANE : 1;
    int shift = plan.columns()[i];
    boolean flip = plan.flips()[i];
    for (int c = 0; c < CHANNELS; c++) {
      int plane = plan.images()[i] * ImageSet.IMAGE + c * ImageSet.PLANE;
      for (int y = 0; y < SIZE; y++) {
        int row = y + plan.rows()[i];
        int to = c * planeStride + y * rowStride;
        if (row < 0 || row >= SIZE) {
          fillZero(to, columnStride);
        } else {
          copyRow(value[c], plane + row * SIZE, shift, flip, to, columnStride);
        }
      }
    }
  }

  private void fillZero(int to, int stride) {
    for (int x = 0; x < SIZE; x++) {
      image[to + x * stride] = 0;
    }
  }

  private void copyRow(float[] values, int from, int shift, boolean flip, int to, int stride) {
    byte[] pixels = set.pixels();
    for (int x = 0; x < SIZE; x++) {
      int column = (flip ? SIZE - 1 - x : x) + shift;
      boolean inside = column >= 0 && column < SIZE;
      image[to + x * stride] = inside ? values[pixels[from + column] & 0xff] : 0;
    }
  }
}
