package dev.resnet.jobs;

import org.jspecify.annotations.Nullable;

/**
 * Which weights a job wants to start from: a model's or a job's.
 *
 * @param model name of a model; null if {@code job} is given
 * @param version null for the one in production, or the newest if none is
 * @param job id of a job
 * @param epoch of one of its checkpoints; null for the newest
 * @param sha256 that the file must have; null for any
 */
public record StartRequest(
    @Nullable String model,
    @Nullable Integer version,
    @Nullable String job,
    @Nullable Integer epoch,
    @Nullable String sha256) {}
