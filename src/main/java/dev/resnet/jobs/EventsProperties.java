package dev.resnet.jobs;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings for clients that follow jobs.
 *
 * @param pollInterval how often to look for events of other processes, while a client follows a
 *     job; those of this process are seen at once
 * @param commentInterval how often a stream gets a comment, so that proxies keep it open and a
 *     client that is gone is noticed
 * @param writeTimeout how long a client may take none of the bytes that wait for it
 * @param maxClients streams and waiting requests that may be open in this process at the same time
 */
@Validated
@ConfigurationProperties("resnet.events")
public record EventsProperties(
    @NotNull @DurationMin(millis = 10) @DefaultValue("500ms") Duration pollInterval,
    @NotNull @DurationMin(millis = 100) @DefaultValue("15s") Duration commentInterval,
    @NotNull @DurationMin(millis = 100) @DefaultValue("30s") Duration writeTimeout,
    @Min(0) @Max(100_000) @DefaultValue("1000") int maxClients) {}
