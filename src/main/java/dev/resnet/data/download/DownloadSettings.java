package dev.resnet.data.download;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Downloads of data sets.
 *
 * @param connectTimeout how long to wait for a connection
 * @param readTimeout how long to wait for the response, and between two pieces of it
 * @param attempts consecutive failed attempts without progress before giving up
 * @param firstWait wait before the second attempt; doubles with each attempt after that
 * @param longestWait longest wait between two attempts
 * @param maxSize maximum size of an archive
 */
@Validated
@ConfigurationProperties("resnet.datasets.download")
public record DownloadSettings(
    @DefaultValue("20s") @DurationMin(millis = 1) Duration connectTimeout,
    @DefaultValue("60s") @DurationMin(millis = 1) Duration readTimeout,
    @DefaultValue("8") @Min(1) @Max(1000) int attempts,
    @DefaultValue("1s") @DurationMin Duration firstWait,
    @DefaultValue("1m") @DurationMin Duration longestWait,
    @DefaultValue("400MB") @NotNull DataSize maxSize) {}
