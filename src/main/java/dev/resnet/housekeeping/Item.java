package dev.resnet.housekeeping;

/**
 * Something that a policy would delete.
 *
 * @param kind {@code job}, {@code checkpoints}, {@code model_version}, …
 * @param name a job's id, a model and its version, a path below {@code resnet.home}
 * @param bytes of its files
 */
record Item(String kind, String name, long bytes) {}
