package dev.resnet.ops;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings for health and metrics.
 *
 * @param minFreeSpace the service is not ready with less free disk space for {@code resnet.home},
 *     because training progress is lost if a checkpoint can't be written
 * @param metricsInterval how often the gauges of jobs are read from the database
 */
@Validated
@ConfigurationProperties("resnet.ops")
record OpsProperties(
    @NotNull @DefaultValue("512MB") DataSize minFreeSpace,
    @NotNull @DurationMin(millis = 100) @DefaultValue("2s") Duration metricsInterval) {}
