package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.Gather;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Assembles batches with nd4j operations, with the whole image set in nd4j's memory. On a CUDA
 * back-end only the plan, a few bytes per image, is transferred to the device.
 */
final class DeviceBatchAssembler implements BatchAssembler {
  private static final int CHANNELS = ImageShape.CHANNELS;

  private final ImageSet set;
  private final ImageLayout layout;
  private final int size;

  /** [count · size · size · 3], unsigned bytes. */
  private final INDArray pixels;

  /** [1, 3, 1, 1] each. */
  private final INDArray mean;

  private final INDArray scale;

  /** 0 … size - 1, as [1, 1, size, 1] and [1, 1, 1, size]. */
  private final INDArray rowIndex;

  private final INDArray columnIndex;

  /** 0, 1, 2: the offset of each channel within a pixel, [1, 3, 1, 1]. */
  private final INDArray channelIndex;

  DeviceBatchAssembler(ImageSet set, Normalization normalization, ImageLayout layout) {
    this.set = set;
    this.layout = layout;
    this.size = set.shape().size();
    this.pixels = Nd4j.createFromArray(set.pixels()).castTo(DataType.UBYTE);
    float[] means = new float[CHANNELS];
    float[] scales = new float[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      means[c] = normalization.meanInBytes(c);
      scales[c] = normalization.scalePerByte(c);
    }
    this.mean = Nd4j.createFromArray(means).reshape(1, CHANNELS, 1, 1);
    this.scale = Nd4j.createFromArray(scales).reshape(1, CHANNELS, 1, 1);
    this.channelIndex =
        Nd4j.createFromArray(IntStream.range(0, CHANNELS).toArray()).reshape(1, CHANNELS, 1, 1);
    int[] indices = IntStream.range(0, size).toArray();
    this.rowIndex = Nd4j.createFromArray(indices).reshape(1, 1, size, 1);
    this.columnIndex = Nd4j.createFromArray(indices).reshape(1, 1, 1, size);
  }

  @Override
  public void assemble(BatchPlan plan, Minibatch into) {
    BatchAssembler.copyLabels(set, plan, into.labels());
    int n = plan.size();
    int[] offsets = new int[n];
    int[] directions = new int[n];
    int[] starts = new int[n];
    for (int i = 0; i < n; i++) {
      offsets[i] = plan.images()[i] * set.shape().values();
      directions[i] = plan.flips()[i] ? -1 : 1;
      starts[i] = plan.columns()[i] + (plan.flips()[i] ? size - 1 : 0);
    }
    INDArray rows = rowIndex.add(perImage(plan.rows()));
    INDArray columns = columnIndex.mul(perImage(directions)).add(perImage(starts));
    INDArray inside = inside(rows, size).mul(inside(columns, size));
    if (plan.cutout() > 0) {
      INDArray cut =
          inside(rowIndex.sub(perImage(plan.cutRows())), plan.cutout())
              .mul(inside(columnIndex.sub(perImage(plan.cutColumns())), plan.cutout()));
      inside = inside.mul(cut.rsub(1));
    }
    INDArray index =
        perImage(offsets)
            .add(clamp(rows).mul(size * CHANNELS))
            .add(clamp(columns).mul(CHANNELS))
            .add(channelIndex);
    // nd4j's gather corrupts memory if the index has more than one dimension.
    INDArray gathered = Nd4j.exec(new Gather(pixels, index.ravel(), 0))[0];
    INDArray images =
        gathered.reshape(index.shape()).castTo(DataType.FLOAT).sub(mean).mul(scale).mul(inside);
    into.images().assign(layout == ImageLayout.NCHW ? images : images.permute(0, 2, 3, 1));
  }

  private static INDArray perImage(int[] values) {
    return Nd4j.createFromArray(values).reshape(values.length, 1, 1, 1);
  }

  /** 1 if the index is in [0, end), else 0. */
  private static INDArray inside(INDArray index, int end) {
    return index.gte(0).castTo(DataType.FLOAT).mul(index.lt(end).castTo(DataType.FLOAT));
  }

  private INDArray clamp(INDArray index) {
    return Transforms.min(Transforms.max(index, 0), size - 1);
  }
}
