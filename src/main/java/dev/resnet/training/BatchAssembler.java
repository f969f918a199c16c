package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.Device;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.pictures.Normalization;

/** Turns a plan into normalised float32 images, zero-padded, cropped and flipped. */
interface BatchAssembler {

  /** Fills {@code into}, which has the size of the plan. */
  void assemble(BatchPlan plan, Minibatch into);

  static void copyLabels(ImageSet set, BatchPlan plan, int[] labels) {
    for (int i = 0; i < labels.length; i++) {
      labels[i] = set.label(plan.images()[i]);
    }
  }

  /** An assembler on the device if nd4j's arrays are on one, else on the host. */
  static BatchAssembler of(ImageSet set, Normalization normalization, ImageLayout layout) {
    return Device.isGpu()
        ? new DeviceBatchAssembler(set, normalization, layout)
        : new HostBatchAssembler(set, normalization, layout);
  }
}
