package dev.resnet.training;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Named sets of hyperparameters. A client can override each field. */
public enum Recipe {
  /**
   * He et al. (2015), section 4.2, for 200 epochs, on pre-activation blocks (He et al., 2016):
   * about 91.5 % at n=3.
   */
  PAPER {
    @Override
    public TrainingConfig config(int stackN, String dataset, int images, @Nullable Freeze start) {
      return new TrainingConfig(
          stackN,
          dataset,
          200,
          128,
          new LearningRate.Piecewise(List.of(0.1, 0.01, 0.001), List.of(80, 120)),
          0.9,
          1e-4,
          new Augmentation(4, true),
          EngineName.AUTO,
          Precision.AUTO,
          1,
          null,
          null);
    }

    @Override
    public LearningRate learningRate(int epochs, @Nullable Freeze start) {
      // Other epoch counts keep the same proportions: 80 and 120 of 200 epochs.
      if (epochs < 5) {
        return new LearningRate.Constant(0.1);
      }
      return new LearningRate.Piecewise(
          List.of(0.1, 0.01, 0.001), List.of(epochs * 2 / 5, epochs * 3 / 5));
    }
  },

  /**
   * A one-cycle schedule: most of the accuracy in a tenth of the time. Crops and weight decay were
   * chosen on validation images (docs/results.md).
   */
  FAST {
    @Override
    public TrainingConfig config(int stackN, String dataset, int images, @Nullable Freeze start) {
      return new TrainingConfig(
          stackN,
          dataset,
          20,
          128,
          learningRate(20, start),
          0.9,
          2.5e-4,
          new Augmentation(2, true),
          EngineName.AUTO,
          Precision.AUTO,
          1,
          null,
          null);
    }

    @Override
    public LearningRate learningRate(int epochs, @Nullable Freeze start) {
      return new LearningRate.OneCycle(0.2, epochs / 4.0);
    }
  },

  /**
   * For some dozens to some thousands of images, chosen on validation images (docs/decisions/024).
   * Epochs fall with the square root of the number of images, so the steps rise with it; an epoch
   * has at least 16 steps where there are enough images. Earlier weights need half the epochs, and
   * a low rate keeps what is good in them.
   */
  SMALL {
    @Override
    public TrainingConfig config(int stackN, String dataset, int images, @Nullable Freeze start) {
      double all = EPOCHS_OF_ONE_IMAGE / Math.sqrt(Math.max(1, images));
      int epochs = (int) Math.round(Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, all)));
      epochs = start == null ? epochs : epochs / 2;
      int batch = Integer.highestOneBit(Math.max(1, images / FEWEST_STEPS));
      batch = Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, batch));
      return new TrainingConfig(
          stackN,
          dataset,
          epochs,
          Math.min(batch, Math.max(1, images)),
          learningRate(epochs, start),
          0.9,
          5e-4,
          new Augmentation(4, true),
          EngineName.AUTO,
          Precision.AUTO,
          1,
          null,
          null);
    }

    @Override
    public LearningRate learningRate(int epochs, @Nullable Freeze start) {
      return new LearningRate.OneCycle(start == Freeze.NONE ? 0.05 : 0.1, epochs / 4.0);
    }
  };

  // Of the recipe for small sets.
  private static final double EPOCHS_OF_ONE_IMAGE = 2250;
  private static final int FEWEST_EPOCHS = 20;
  private static final int MOST_EPOCHS = 120;
  private static final int FEWEST_STEPS = 16;
  private static final int SMALLEST_BATCH = 16;
  private static final int LARGEST_BATCH = 128;

  /**
   * All hyperparameters of this recipe.
   *
   * @param images number of training images
   * @param start what is kept of earlier weights; null if the training starts from fresh ones
   */
  public abstract TrainingConfig config(
      int stackN, String dataset, int images, @Nullable Freeze start);

  /**
   * The schedule of this recipe, scaled to the number of epochs.
   *
   * @param start as for {@link #config}
   */
  public abstract LearningRate learningRate(int epochs, @Nullable Freeze start);
}
