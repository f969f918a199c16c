package dev.resnet.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.models.EvaluationMetrics;
import dev.resnet.models.EvaluationMetrics.Bin;
import dev.resnet.models.EvaluationMetrics.OfClass;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected figures are computed by hand from the definitions. */
class ScoresTests {
  private static final List<String> CLASSES = List.of("cat", "dog", "fox", "owl");

  /** Owl has no image and is never predicted; fox is never predicted. */
  private static EvaluationMetrics metrics() {
    var scores = new Scores(CLASSES);
    add(scores, 0, .7f, .1f, .1f, .1f);
    add(scores, 0, .6f, .2f, .1f, .1f);
    add(scores, 0, .3f, .5f, .1f, .1f);
    add(scores, 1, .2f, .8f, 0, 0);
    add(scores, 1, .9f, .1f, 0, 0);
    add(scores, 2, .4f, .3f, .2f, .1f);
    return scores.metrics();
  }

  private static int add(Scores scores, int truth, float... probabilities) {
    return scores.add(truth, probabilities);
  }

  @Test
  void everyImageIsCountedUnderItsClassAndItsPrediction() {
    EvaluationMetrics metrics = metrics();
    assertThat(metrics.images()).isEqualTo(6);
    assertThat(metrics.accuracy()).isEqualTo(3 / 6.0);
    assertThat(metrics.confusionMatrix())
        .isDeepEqualTo(new int[][] {{2, 1, 0, 0}, {1, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}});
    double loss =
        -(Math.log(.7) + Math.log(.6) + Math.log(.3) + Math.log(.8) + Math.log(.1) + Math.log(.2));
    assertThat(metrics.loss()).isCloseTo(loss / 6, within(1e-6));
    assertThat(metrics.top5Accuracy()).as("of 4 classes").isNull();
  }

  @Test
  void precisionRecallAndF1AreByClassAndTheMeansLeaveOutWhatDoesNotOccur() {
    EvaluationMetrics metrics = metrics();
    assertThat(metrics.classes())
        .containsExactly(
            new OfClass("cat", 3, 2 / 4.0, 2 / 3.0, 2 * 0.5 * (2 / 3.0) / (0.5 + 2 / 3.0)),
            new OfClass("dog", 2, 1 / 2.0, 1 / 2.0, 0.5),
            new OfClass("fox", 1, 0, 0, 0),
            new OfClass("owl", 0, 0, 0, 0));
    assertThat(metrics.macroAverage().precision()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(metrics.macroAverage().recall()).isCloseTo(7 / 18.0, within(1e-12));
    assertThat(metrics.macroAverage().f1()).isCloseTo((4 / 7.0 + 0.5) / 3, within(1e-12));
  }

  /** Confidences .7 .6 .5 .8 .9 .4, right: yes, yes, no, yes, no, no; each in a bin of its own. */
  @Test
  void theCalibrationErrorIsTheWeightedDistanceOfConfidenceAndAccuracy() {
    EvaluationMetrics.Calibration calibration = metrics().calibration();
    assertThat(calibration.bins()).hasSize(15);
    assertThat(calibration.bins().stream().mapToInt(Bin::images).sum()).isEqualTo(6);
    assertThat(calibration.expectedCalibrationError())
        .isCloseTo((.3 + .4 + .5 + .2 + .9 + .4) / 6, within(1e-6));
  }

  @Test
  void imagesOfOneBinAreAveragedBeforeTheyAreCompared() {
    var scores = new Scores(List.of("cat", "dog"));
    add(scores, 0, .99f, .01f);
    add(scores, 0, .95f, .05f);
    add(scores, 1, .97f, .03f);
    add(scores, 0, 1, 0);
    add(scores, 1, .5f, .5f);
    EvaluationMetrics.Calibration calibration = scores.metrics().calibration();
    Bin last = calibration.bins().get(14);
    assertThat(last.images()).isEqualTo(4);
    assertThat(last.accuracy()).isEqualTo(.75);
    assertThat(last.confidence()).isCloseTo(.9775, within(1e-6));
    assertThat(last.to()).isEqualTo(1);
    assertThat(calibration.bins().get(0)).isEqualTo(new Bin(0, 1 / 15.0, 0, null, null));
    // The fifth image is a tie: the first class wins, with confidence .5, and is wrong.
    assertThat(calibration.expectedCalibrationError())
        .isCloseTo(4 / 5.0 * (.9775 - .75) + 1 / 5.0 * .5, within(1e-6));
  }

  @Test
  void theTrueClassMayBeAmongTheFirstFive() {
    var scores = new Scores(List.of("a", "b", "c", "d", "e", "f"));
    add(scores, 5, .3f, .2f, .2f, .1f, .1f, .1f);
    add(scores, 4, .3f, .2f, .2f, .1f, .1f, .1f);
    EvaluationMetrics metrics = scores.metrics();
    assertThat(metrics.top5Accuracy()).isEqualTo(.5);
    assertThat(metrics.accuracy()).isZero();
  }

  @Test
  void aProbabilityOfZeroDoesNotMakeTheLossInfinite() {
    var scores = new Scores(List.of("cat", "dog"));
    add(scores, 1, 1, 0);
    assertThat(scores.metrics().loss()).isCloseTo(-Math.log(1e-7), within(1e-9));
  }
}
