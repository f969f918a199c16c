package dev.resnet.training;

import dev.resnet.training.checkpoint.Selection;

/** Which epoch of a training run becomes the model. */
public enum Keep {
  /** The last one. */
  LAST(Selection.By.LAST_EPOCH),
  /** The one with the best results on the validation images. */
  BEST(Selection.By.VALIDATION);

  private final Selection.By by;

  Keep(Selection.By by) {
    this.by = by;
  }

  /** How the epoch is chosen. */
  public Selection.By by() {
    return by;
  }
}
