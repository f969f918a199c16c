package dev.resnet.jobs.web;

import dev.resnet.training.EpochMetrics;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One completed epoch. An epoch is not written if the network contains NaN or infinite values.
 * Nullable numbers are null only in rows of earlier versions.
 */
@Schema(name = "Epoch")
record EpochResponse(
    @Schema(description = "Counted from 1.", example = "12") int epoch,
    @Schema(description = "Learning rate of the last step.", example = "0.1") double learningRate,
    Train train,
    Test test,
    @Schema(description = "Duration of training and evaluation.", example = "26.4") double seconds,
    @Schema(description = "Speed of the training steps alone.", example = "1893.0")
        double imagesPerSecond,
    Instant finishedAt,
    @Schema(nullable = true) @Nullable Validation validation) {

  @Schema(name = "EpochTrain", description = "On the augmented training images, during training.")
  record Train(
      @Schema(description = "Mean, in nats.", nullable = true, example = "0.51")
          double crossEntropy,
      @Schema(description = "λ·Σ‖v‖²/2 at the end of the epoch.", nullable = true, example = "0.21")
          double l2Loss,
      @Schema(example = "0.823") double accuracy) {}

  @Schema(name = "EpochTest", description = "On the test images.")
  record Test(
      @Schema(description = "Mean cross entropy, in nats.", nullable = true, example = "0.55")
          double loss,
      @Schema(example = "0.814") double accuracy) {}

  @Schema(
      name = "EpochValidation",
      description = "On the validation images; null if validation_fraction is 0.")
  record Validation(
      @Schema(description = "Mean cross entropy, in nats.", example = "0.53") double loss,
      @Schema(example = "0.821") double accuracy) {

    static @Nullable Validation of(EpochMetrics.@Nullable Validation validation) {
      return validation == null ? null : new Validation(validation.loss(), validation.accuracy());
    }
  }

  @Schema(name = "Epochs")
  record Items(List<EpochResponse> items) {}

  static EpochResponse of(EpochMetrics epoch) {
    return new EpochResponse(
        epoch.epoch(),
        epoch.learningRate(),
        new Train(epoch.trainCrossEntropy(), epoch.l2Loss(), epoch.trainAccuracy()),
        new Test(epoch.testLoss(), epoch.testAccuracy()),
        epoch.seconds(),
        epoch.imagesPerSecond(),
        epoch.finishedAt(),
        Validation.of(epoch.validation()));
  }
}
