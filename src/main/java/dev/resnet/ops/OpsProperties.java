package dev.resnet.ops;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Health and metrics.
 *
 * @param minFreeSpace the service is not ready with less room on the volume of {@code resnet.home}:
 *     a checkpoint that can't be written is a training lost
 * @param metricsInterval how often the gauges of jobs are read from the database
 */
@Validated
@ConfigurationProperties("resnet.ops")
record OpsProperties(
    @NotNull @DefaultValue("512MB") DataSize minFreeSpace,
    @NotNull @DurationMin(millis = 100) @DefaultValue("2s") Duration metricsInterval) {}
