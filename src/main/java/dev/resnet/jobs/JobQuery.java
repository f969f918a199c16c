package dev.resnet.jobs;

/**
 * Which jobs to list.
 *
 * @param page counted from 0
 * @param size jobs per page
 */
public record JobQuery(JobFilter filter, int page, int size, JobOrder order, boolean descending) {}
