package dev.resnet.training;

import java.util.List;

/**
 * Learning-rate schedules, as functions of the training position: {@code epoch} counts from 0 and
 * has a fractional part.
 */
public sealed interface LearningRate {

  /**
   * The learning rate of one step.
   *
   * @param epoch completed epochs plus the completed fraction of the current one, in [0, epochs)
   * @param epochs total number of epochs
   */
  double at(double epoch, int epochs);

  /** The same rate for the whole training run. */
  record Constant(double value) implements LearningRate {
    @Override
    public double at(double epoch, int epochs) {
      return value;
    }
  }

  /**
   * {@code values[i]} from epoch {@code boundaries[i-1]} on. He et al. (2015), section 4.2, divide
   * by ten at fixed points.
   *
   * @param values one more than boundaries
   * @param boundaries strictly increasing, counted in completed epochs
   */
  record Piecewise(List<Double> values, List<Integer> boundaries) implements LearningRate {
    public Piecewise {
      values = List.copyOf(values);
      boundaries = List.copyOf(boundaries);
    }

    @Override
    public double at(double epoch, int epochs) {
      int piece = 0;
      while (piece < boundaries.size() && epoch >= boundaries.get(piece)) {
        piece++;
      }
      return values.get(piece);
    }
  }

  /**
   * Half a cosine from {@code peak} to zero (Loshchilov and Hutter, 2017, without restarts), after
   * a linear warm-up from a tenth of the peak.
   */
  record Cosine(double peak, double warmupEpochs) implements LearningRate {
    @Override
    public double at(double epoch, int epochs) {
      if (epoch < warmupEpochs) {
        return peak * (0.1 + 0.9 * epoch / warmupEpochs);
      }
      return peak
          * 0.5
          * (1 + Math.cos(Math.PI * (epoch - warmupEpochs) / (epochs - warmupEpochs)));
    }
  }

  /**
   * One triangle: linear from a tenth of {@code peak} up to it over the first {@code warmupEpochs},
   * then linear down to zero at the end (Smith and Topin, 2018).
   */
  record OneCycle(double peak, double warmupEpochs) implements LearningRate {
    @Override
    public double at(double epoch, int epochs) {
      if (epoch < warmupEpochs) {
        return peak * (0.1 + 0.9 * epoch / warmupEpochs);
      }
      return peak * (epochs - epoch) / (epochs - warmupEpochs);
    }
  }
}
