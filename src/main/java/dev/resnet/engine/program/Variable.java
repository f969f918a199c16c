package dev.resnet.engine.program;

/**
 * A slice of the graph's flattened parameter array, and of its gradient array alike.
 *
 * @param offset of the first element
 * @param length in elements
 */
public record Variable(long offset, int length) {}
