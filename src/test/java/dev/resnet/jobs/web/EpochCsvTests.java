package dev.resnet.jobs.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.training.EpochMetrics;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochCsvTests {
  @Test
  void leavesACellEmptyWhereThereIsNoNumber() {
    var epoch =
        new EpochMetrics(
            1, 0.1, 2.5, Double.POSITIVE_INFINITY, 0.1, Double.NaN, 0.1, 3, 4, Instant.EPOCH);
    assertThat(EpochCsv.of(List.of(epoch)))
        .endsWith("\r\n1,0.1,2.5,,0.1,,0.1,3.0,4.0,1970-01-01T00:00:00Z,,\r\n");
  }

  @Test
  void theResultsOnValidationImagesAreTheLastColumns() {
    var epoch =
        new EpochMetrics(
            1,
            0.1,
            2.5,
            0.5,
            0.1,
            1.5,
            0.1,
            3,
            4,
            Instant.EPOCH,
            new EpochMetrics.Validation(0.25, 0.75));
    assertThat(EpochCsv.of(List.of(epoch)))
        .contains(",finished_at,validation_loss,validation_accuracy\r\n")
        .endsWith(",1970-01-01T00:00:00Z,0.25,0.75\r\n");
  }
}
