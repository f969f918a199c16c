package dev.resnet.models;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the model registry.
 *
 * @param trainingMayPromote if false, only administrators promote, whatever a job requests
 * @param pollInterval how often a serving process reads what other processes promoted or deleted
 * @param lookupTimeout how long a request for a model that this process does not know yet waits for
 *     the database before it is answered with 503
 * @param lockTimeout how long a change of a model waits for another change of the same name before
 *     it is answered with 503
 */
@Validated
@ConfigurationProperties("resnet.models")
public record ModelsProperties(
    @DefaultValue("true") boolean trainingMayPromote,
    @NotNull @DurationMin(millis = 10) @DurationMax(minutes = 10) @DefaultValue("1s")
        Duration pollInterval,
    @NotNull @DurationMin(millis = 10) @DurationMax(minutes = 10) @DefaultValue("2s")
        Duration lookupTimeout,
    @NotNull @DurationMin(millis = 10) @DurationMax(minutes = 10) @DefaultValue("10s")
        Duration lockTimeout) {}
