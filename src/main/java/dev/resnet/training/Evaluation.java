package dev.resnet.training;

import dev.resnet.engine.Tally;
import org.jspecify.annotations.Nullable;

/** Measures the network on images that it is not trained on. */
final class Evaluation {
  /** The batch size of the published evaluation. */
  private static final int BATCH = 200;

  private final Batches batches;
  private final int[] images;
  private Tally sum = Tally.NONE;

  /**
   * @param images indices into the image set of {@code batches}
   */
  Evaluation(Batches batches, int[] images) {
    this.batches = batches;
    this.images = images;
  }

  /** The sums over the images, in their order; null if stopped. */
  @Nullable Tally run(StopSignal stop) {
    sum = Tally.NONE;
    int count = images.length;
    boolean all =
        batches.run(
            0,
            (count + BATCH - 1) / BATCH,
            i -> BatchPlans.unchanged(images, i * BATCH, Math.min(BATCH, count - i * BATCH)),
            (i, batch) -> {
              if (stop.stopRequested()) {
                return false;
              }
              sum = sum.plus(batch.evaluate());
              return true;
            });
    return all ? sum : null;
  }
}
