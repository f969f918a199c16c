package dev.resnet.demo;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What the demo trains; the service's limits for jobs apply as well.
 *
 * @param model the name to register it under; if it exists, nothing is trained
 * @param stackN blocks per stage: 1 is a network of depth 8
 * @param epochs passes over the training images
 * @param batchSize images per step
 * @param trainLimit training images per epoch
 * @param testLimit images to evaluate on
 * @param picture which test image is classified at the end, counted from 0
 * @param pollInterval how often the job is polled
 * @param readyTimeout how long to wait for the service to be ready
 */
@Validated
@ConfigurationProperties("resnet.demo")
record DemoProperties(
    @NotBlank @DefaultValue("demo") String model,
    @Min(1) @DefaultValue("1") int stackN,
    @Min(1) @DefaultValue("5") int epochs,
    @Min(1) @DefaultValue("16") int batchSize,
    @Min(1) @DefaultValue("1100") int trainLimit,
    @Min(1) @DefaultValue("200") int testLimit,
    @Min(0) @DefaultValue("7") int picture,
    @NotNull @DurationMin(millis = 10) @DefaultValue("500ms") Duration pollInterval,
    @NotNull @DefaultValue("2m") Duration readyTimeout) {}
