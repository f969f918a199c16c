package dev.resnet.evaluation;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of evaluations.
 *
 * @param longestWait how long a request waits for another evaluation in the same process before it
 *     is answered with 503
 * @param afterTraining whether a process evaluates each version that it has trained
 * @param maxQueued trained versions that wait for that; further ones are not evaluated
 */
@Validated
@ConfigurationProperties("resnet.evaluation")
record EvaluationProperties(
    @NotNull @DurationMin(millis = 0) @DurationMax(minutes = 10) @DefaultValue("10s")
        Duration longestWait,
    @DefaultValue("true") boolean afterTraining,
    @DefaultValue("100") @Min(1) @Max(10_000) int maxQueued) {}
