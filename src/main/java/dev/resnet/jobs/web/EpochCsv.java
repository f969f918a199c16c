package dev.resnet.jobs.web;

import dev.resnet.training.EpochMetrics;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The epochs as CSV (RFC 4180), for spreadsheets and plots. */
final class EpochCsv {
  static final String MEDIA_TYPE = "text/csv";
  private static final String HEADER =
      "epoch,learning_rate,train_cross_entropy,train_l2_loss,train_accuracy,test_loss,test_accuracy,"
          + "seconds,images_per_second,finished_at,validation_loss,validation_accuracy\r\n";

  private EpochCsv() {}

  static String of(List<EpochMetrics> epochs) {
    return epochs.stream().map(EpochCsv::line).collect(Collectors.joining("", HEADER, ""));
  }

  private static String line(EpochMetrics epoch) {
    EpochMetrics.Validation validation = epoch.validation();
    return Stream.of(
            epoch.epoch(),
            epoch.learningRate(),
            epoch.trainCrossEntropy(),
            epoch.l2Loss(),
            epoch.trainAccuracy(),
            epoch.testLoss(),
            epoch.testAccuracy(),
            epoch.seconds(),
            epoch.imagesPerSecond(),
            epoch.finishedAt(),
            validation == null ? "" : validation.loss(),
            validation == null ? "" : validation.accuracy())
        .map(EpochCsv::cell)
        .collect(Collectors.joining(",", "", "\r\n"));
  }

  /** Empty if the value is null in JSON. */
  private static String cell(Object value) {
    return value instanceof Double number && !Double.isFinite(number) ? "" : value.toString();
  }
}
