package dev.resnet.idempotency;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings for requests with an {@code Idempotency-Key}.
 *
 * @param keep how long an answer is kept
 * @param takeOverAfter a request without an answer after this time is taken for dead, and the next
 *     one with its key is worked on
 */
@Validated
@ConfigurationProperties("resnet.idempotency")
public record IdempotencyProperties(
    @NotNull @DurationMin(seconds = 1) @DefaultValue("24h") Duration keep,
    @NotNull @DurationMin(seconds = 1) @DefaultValue("60s") Duration takeOverAfter) {}
