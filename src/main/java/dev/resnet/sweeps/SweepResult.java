package dev.resnet.sweeps;

/** A sweep with its ranked jobs. */
public record SweepResult(SweepSummary summary, Ranking ranking) {}
