package dev.resnet.jobs;

import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list.
 *
 * @param status only these; null for any
 * @param dataset only those trained on it; null for any
 * @param page counted from 0
 * @param size jobs a page
 */
public record JobQuery(
    @Nullable JobStatus status,
    @Nullable String dataset,
    int page,
    int size,
    JobOrder order,
    boolean descending) {}
