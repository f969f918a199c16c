package dev.resnet.models;

/**
 * Published once for each new version, trained or uploaded, by the process that registered it:
 * after the commit, on the thread that registers. What takes long belongs on another thread. A
 * listener that fails does not fail the registration.
 */
public record VersionRegistered(ModelVersion version) {}
