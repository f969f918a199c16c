package dev.resnet.sweeps;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings for sweeps.
 *
 * @param maxJobs most jobs of one sweep
 */
@Validated
@ConfigurationProperties("resnet.sweeps")
public record SweepsProperties(@Min(1) @DefaultValue("200") int maxJobs) {}
