package dev.resnet.serving;

/** Published once a new version stands in the registry. */
public record ModelRegistered(ModelVersion version) {}
