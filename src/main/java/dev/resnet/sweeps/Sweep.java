package dev.resnet.sweeps;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A sweep, as stored in its row.
 *
 * @param id a UUID
 * @param name shown to people; need not be unique
 * @param request the JSON object that was sent
 * @param size number of jobs that it was submitted with
 * @param afterEpochs when the median rule may stop a job; null without the rule
 */
public record Sweep(
    String id,
    String name,
    String request,
    int size,
    @Nullable Integer afterEpochs,
    Instant createdAt) {}
