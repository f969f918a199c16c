package dev.resnet.jobs;

import dev.resnet.training.CheckpointPolicy;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings for training runs.
 *
 * @param checkpointInterval longest time between two checkpoints: what a crash can cost at most
 * @param checkpointShare how much of the time may be spent on checkpoints at the ends of epochs; 1
 *     for one after every epoch
 */
@Validated
@ConfigurationProperties("resnet.training")
public record TrainingProperties(
    @NotNull @DurationMin(seconds = 1) @DefaultValue("5m") Duration checkpointInterval,
    @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @DefaultValue("0.01")
        double checkpointShare) {

  CheckpointPolicy checkpoints() {
    return new CheckpointPolicy(checkpointInterval, checkpointShare);
  }
}
