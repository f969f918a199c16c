package dev.resnet.training;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import java.util.List;

/** Named sets of hyperparameters. A client can override each field. */
public enum Recipe {
  /**
   * He et al. (2015), section 4.2, for 200 epochs, on pre-activation blocks (He et al., 2016):
   * about 91.5 % at n=3.
   */
  PAPER {
    @Override
    public TrainingConfig config(int stackN, String dataset, int images, boolean fromWeights) {
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
    public LearningRate learningRate(int epochs, boolean fromWeights) {
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
    public TrainingConfig config(int stackN, String dataset, int images, boolean fromWeights) {
      return new TrainingConfig(
          stackN,
          dataset,
          20,
          128,
          learningRate(20, fromWeights),
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
    public LearningRate learningRate(int epochs, boolean fromWeights) {
      return new LearningRate.OneCycle(0.2, epochs / 4.0);
    }
  },

  /**
   * For some dozens to some thousands of images, chosen on validation images (docs/decisions/024).
   * Epochs fall with the square root of the number of images, so the steps rise with it; a batch
   * has at most an eighth of the images, so an epoch has at least eight steps.
   */
  SMALL {
    @Override
    public TrainingConfig config(int stackN, String dataset, int images, boolean fromWeights) {
      int epochs = (int) Math.round(1500 / Math.sqrt(Math.max(1, images)));
      epochs = Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, epochs));
      int batch = Integer.highestOneBit(Math.max(1, images / 8));
      return new TrainingConfig(
          stackN,
          dataset,
          epochs,
          Math.min(Math.max(images, 1), Math.max(16, Math.min(128, batch))),
          learningRate(epochs, fromWeights),
          0.9,
          5e-4,
          new Augmentation(4, true, 8),
          EngineName.AUTO,
          Precision.AUTO,
          1,
          null,
          null);
    }

    @Override
    public LearningRate learningRate(int epochs, boolean fromWeights) {
      return new LearningRate.OneCycle(fromWeights ? 0.02 : 0.1, epochs / 4.0);
    }
  };

  private static final int FEWEST_EPOCHS = 20;
  private static final int MOST_EPOCHS = 120;

  /**
   * All hyperparameters of this recipe.
   *
   * @param images number of training images
   * @param fromWeights whether the training starts from weights of an earlier one
   */
  public abstract TrainingConfig config(
      int stackN, String dataset, int images, boolean fromWeights);

  /** The schedule of this recipe, scaled to the number of epochs. */
  public abstract LearningRate learningRate(int epochs, boolean fromWeights);
}
