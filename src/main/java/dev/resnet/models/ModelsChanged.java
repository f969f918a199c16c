package dev.resnet.models;

/**
 * Published once this process has registered, promoted or deleted a version: committed, before
 * whoever asked for it is answered.
 */
public record ModelsChanged(String name) {}
