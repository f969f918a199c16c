package dev.resnet.jobs;

import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list.
 *
 * @param status only jobs with this status; null for any
 * @param dataset only jobs on this data set; null for any
 * @param page counted from 0
 * @param size jobs per page
 */
public record JobQuery(
    @Nullable JobStatus status,
    @Nullable String dataset,
    int page,
    int size,
    JobOrder order,
    boolean descending) {}
