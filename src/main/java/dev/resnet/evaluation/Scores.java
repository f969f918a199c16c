package dev.resnet.evaluation;

import dev.resnet.models.EvaluationMetrics;
import dev.resnet.models.EvaluationMetrics.Averages;
import dev.resnet.models.EvaluationMetrics.Bin;
import dev.resnet.models.EvaluationMetrics.Calibration;
import dev.resnet.models.EvaluationMetrics.OfClass;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums over the images of an evaluation, and the metrics that follow from them. */
final class Scores {
  /** Bins of equal width, as in Guo et al. 2017, arXiv 1706.04599, section 2. */
  static final int BINS = 15;

  /** With at most this many classes, the five most probable ones say nothing. */
  private static final int TOP = 5;

  /** The same limit as in training: one bad image can't make the mean infinite. */
  private static final double SMALLEST_PROBABILITY = 1e-7;

  private final List<String> classes;
  private final int[][] confusion;
  private final int[] binImages = new int[BINS];
  private final int[] binRight = new int[BINS];
  private final double[] binConfidence = new double[BINS];
  private double loss;
  private int images;
  private int right;
  private int rightInTop;

  Scores(List<String> classes) {
    this.classes = classes;
    this.confusion = new int[classes.size()][classes.size()];
  }

  /**
   * Adds an image.
   *
   * @param probabilities [classes]
   * @return the most probable class; the first of several
   */
  int add(int truth, float[] probabilities) {
    int best = 0;
    int above = 0;
    for (int k = 0; k < probabilities.length; k++) {
      if (probabilities[k] > probabilities[best]) {
        best = k;
      }
      if (probabilities[k] > probabilities[truth]
          || probabilities[k] == probabilities[truth] && k < truth) {
        above++;
      }
    }
    images++;
    loss -= Math.log(Math.max(probabilities[truth], SMALLEST_PROBABILITY));
    confusion[truth][best]++;
    right += best == truth ? 1 : 0;
    rightInTop += above < TOP ? 1 : 0;
    double confidence = probabilities[best];
    // Each bin has its upper end.
    int bin = Math.min(BINS, Math.max(1, (int) Math.ceil(confidence * BINS))) - 1;
    binImages[bin]++;
    binRight[bin] += best == truth ? 1 : 0;
    binConfidence[bin] += confidence;
    return best;
  }

  /** Of at least one image. */
  EvaluationMetrics metrics() {
    List<OfClass> ofClasses = new ArrayList<>();
    for (int k = 0; k < classes.size(); k++) {
      ofClasses.add(ofClass(k));
    }
    return new EvaluationMetrics(
        images,
        (double) right / images,
        loss / images,
        classes.size() > TOP ? (Double) ((double) rightInTop / images) : null,
        averages(ofClasses),
        List.copyOf(ofClasses),
        confusion,
        calibration());
  }

  private OfClass ofClass(int k) {
    int ofClass = 0;
    for (int predicted : confusion[k]) {
      ofClass += predicted;
    }
    int hits = confusion[k][k];
    double precision = share(hits, predictions(k));
    double recall = share(hits, ofClass);
    double f1 = hits == 0 ? 0 : 2 * precision * recall / (precision + recall);
    return new OfClass(classes.get(k), ofClass, precision, recall, f1);
  }

  private int predictions(int k) {
    int sum = 0;
    for (int[] row : confusion) {
      sum += row[k];
    }
    return sum;
  }

  private static double share(int part, int all) {
    return all == 0 ? 0 : (double) part / all;
  }

  private Averages averages(List<OfClass> ofClasses) {
    double precision = 0;
    double recall = 0;
    double f1 = 0;
    int counted = 0;
    for (int k = 0; k < ofClasses.size(); k++) {
      OfClass each = ofClasses.get(k);
      if (each.images() + predictions(k) > 0) {
        precision += each.precision();
        recall += each.recall();
        f1 += each.f1();
        counted++;
      }
    }
    return new Averages(precision / counted, recall / counted, f1 / counted);
  }

  private Calibration calibration() {
    List<Bin> bins = new ArrayList<>();
    double error = 0;
    for (int m = 0; m < BINS; m++) {
      int n = binImages[m];
      Double confidence = mean(binConfidence[m], n);
      Double accuracy = mean(binRight[m], n);
      if (confidence != null && accuracy != null) {
        error += Math.abs(accuracy - confidence) * n / images;
      }
      bins.add(new Bin((double) m / BINS, (m + 1.0) / BINS, n, confidence, accuracy));
    }
    return new Calibration(error, List.copyOf(bins));
  }

  private static @Nullable Double mean(double sum, int n) {
    return n == 0 ? null : (Double) (sum / n);
  }
}
