package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.nio.FloatBuffer;

/**
 * Assembles batches on the host, in one pass over the bytes, directly into the engine's input
 * buffer.
 */
final class HostBatchAssembler implements BatchAssembler {
  private static final int CHANNELS = ImageShape.CHANNELS;

  private final ImageSet set;
  private final ImageLayout layout;
  private final int size;

  /** [channel][byte] */
  private final float[][] value;

  private final float[] image;

  HostBatchAssembler(ImageSet set, Normalization normalization, ImageLayout layout) {
    this.set = set;
    this.layout = layout;
    this.size = set.shape().size();
    this.value = normalization.table();
    this.image = new float[set.shape().values()];
  }

  @Override
  public void assemble(BatchPlan plan, Minibatch into) {
    BatchAssembler.copyLabels(set, plan, into.labels());
    FloatBuffer out = into.images().data().asNioFloat();
    for (int i = 0; i < plan.size(); i++) {
      assembleImage(plan, i);
      cut(plan, i);
      out.put(i * image.length, image);
    }
  }

  private void assembleImage(BatchPlan plan, int i) {
    int columnStride = layout == ImageLayout.NCHW ? 1 : CHANNELS;
    int rowStride = columnStride * size;
    int planeStride = layout == ImageLayout.NCHW ? size * size : 1;
    int shift = plan.columns()[i];
    boolean flip = plan.flips()[i];
    for (int c = 0; c < CHANNELS; c++) {
      int from = plan.images()[i] * image.length + c;
      for (int y = 0; y < size; y++) {
        int row = y + plan.rows()[i];
        int to = c * planeStride + y * rowStride;
        if (row < 0 || row >= size) {
          fillZero(to, columnStride);
        } else {
          copyRow(value[c], from + row * size * CHANNELS, shift, flip, to, columnStride);
        }
      }
    }
  }

  private void cut(BatchPlan plan, int i) {
    int rowEnd = Math.min(size, plan.cutRows()[i] + plan.cutout());
    int columnEnd = Math.min(size, plan.cutColumns()[i] + plan.cutout());
    for (int y = Math.max(0, plan.cutRows()[i]); y < rowEnd; y++) {
      for (int x = Math.max(0, plan.cutColumns()[i]); x < columnEnd; x++) {
        for (int c = 0; c < CHANNELS; c++) {
          int at =
              layout == ImageLayout.NCHW
                  ? (c * size + y) * size + x
                  : (y * size + x) * CHANNELS + c;
          image[at] = 0;
        }
      }
    }
  }

  private void fillZero(int to, int stride) {
    for (int x = 0; x < size; x++) {
      image[to + x * stride] = 0;
    }
  }

  private void copyRow(float[] values, int from, int shift, boolean flip, int to, int stride) {
    byte[] pixels = set.pixels();
    for (int x = 0; x < size; x++) {
      int column = (flip ? size - 1 - x : x) + shift;
      boolean inside = column >= 0 && column < size;
      image[to + x * stride] = inside ? values[pixels[from + column * CHANNELS] & 0xff] : 0;
    }
  }
}
