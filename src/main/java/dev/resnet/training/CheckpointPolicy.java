package dev.resnet.training;

import java.time.Duration;

/**
 * When a training run writes checkpoints, apart from those that it always writes: where it stops,
 * of its last epoch, and of the best epoch if that becomes the model.
 *
 * @param interval longest time between two checkpoints
 * @param share how much of the time may be spent on checkpoints at the ends of epochs, in (0, 1]; 1
 *     for one after every epoch
 */
public record CheckpointPolicy(Duration interval, double share) {
  /** A checkpoint after every epoch, and within epochs that take longer than five minutes. */
  public static final CheckpointPolicy EVERY_EPOCH = new CheckpointPolicy(Duration.ofMinutes(5), 1);

  public CheckpointPolicy {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("interval must be positive, was " + interval);
    }
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be above 0 and at most 1, was " + share);
    }
  }
}
