package dev.resnet.jobs;

/**
 * A job at one moment, as those who watch it need it.
 *
 * @param lastEvent id of its newest event; 0 if it has none
 * @param completedEpochs the number of its last completed epoch; 0 before the first
 */
public record JobState(TrainingJob job, long lastEvent, int completedEpochs) {}
