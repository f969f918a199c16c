package dev.resnet.models;

/**
 * Published after this process has registered, promoted or deleted a version: after the commit and
 * before the response.
 */
public record ModelsChanged(String name) {}
